import type { SessionId } from '#contract/ids.ts';
import {
  endSession,
  getSession,
  listSessions as listSessionsEndpoint,
  signIn as signInEndpoint,
  signOut,
  signOutEverywhere,
  touchSession,
} from '#contract/identity.ts';
import { cookieNames } from '#platform/http/cookies.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { route, type RequestInfo, type Route } from '#platform/http/route.ts';
import { describeSession, type Caller } from './describe-session.ts';
import { endSessions } from './end-sessions.ts';
import { IdentityError } from './errors.ts';
import { listSessions } from './list-sessions.ts';
import type { IdentityContext } from './ports.ts';
import { requireSession } from './require-session.ts';
import { updateLastSeen } from './session-store.ts';
import { signIn } from './sign-in.ts';

export function sessionRoutes(context: IdentityContext): Route[] {
  return [
    route(signInEndpoint, async ({ body, request }) => {
      const replacing = request.cookie(cookieNames.session);
      const { session, token } = await signIn(context, {
        ...body,
        ip: request.ip,
        userAgent: request.userAgent,
        replacing,
      });
      request.setCookie(cookieNames.session, token);
      return describeSession(context, session);
    }),

    route(getSession, ({ principal }) => describeSession(context, callerOf(principal))),

    route(touchSession, async ({ principal }) => {
      const sessionId = requireSession(principal);
      await context.database.inTenant(principal.organizationId, (tx) =>
        updateLastSeen(tx, sessionId, context.clock.now()),
      );
      return describeSession(context, callerOf(principal));
    }),

    route(signOut, async ({ principal, request }) => {
      const { organizationId, userId, actor } = principal;
      const sessionId = requireSession(principal);
      await endSessions(context, organizationId, { userId, sessionId }, 'signed-out', {
        actor,
        ip: request.ip,
      });
      forgetCookie(request);
    }),

    route(listSessionsEndpoint, async ({ principal }) => {
      const current = requireSession(principal);
      const sessions = await listSessions(context, principal);
      return {
        items: sessions.map(({ sessionId, createdAt, lastSeenAt, endsAt, ip, userAgent }) => ({
          sessionId,
          current: sessionId === current,
          startedAt: createdAt.toISOString(),
          lastSeenAt: lastSeenAt.toISOString(),
          endsAt: endsAt.toISOString(),
          ip,
          userAgent,
        })),
      };
    }),

    route(endSession, async ({ principal, params, request }) => {
      const { organizationId, userId, actor } = principal;
      const current = requireSession(principal);
      const sessionId = params.sessionId as SessionId;
      const because = sessionId === current ? 'signed-out' : 'revoked';
      const ended = await endSessions(context, organizationId, { userId, sessionId }, because, {
        actor,
        ip: request.ip,
      });
      if (ended === 0) throw new IdentityError('not-found', 'You have no such session, or it has ended.');
      if (sessionId === current) forgetCookie(request);
    }),

    route(signOutEverywhere, async ({ principal, request }) => {
      requireSession(principal);
      const { organizationId, userId, actor } = principal;
      await endSessions(context, organizationId, { userId }, 'revoked', { actor, ip: request.ip });
      forgetCookie(request);
    }),
  ];
}

function callerOf({ kind, organizationId, userId, id, permissions }: StaffPrincipal): Caller {
  return {
    organizationId,
    userId,
    ...(kind === 'user' ? { sessionId: id as SessionId } : { scopes: permissions }),
  };
}

function forgetCookie(request: RequestInfo): void {
  request.setCookie(cookieNames.session, '', { maxAge: 0 });
}
