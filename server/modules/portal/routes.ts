import type { MessageId, OfferId, RecipientId, SessionId } from '#contract/ids.ts';
import * as contract from '#contract/portal.ts';
import { maskAddress, type OfferAccess } from '#modules/pickup/index.ts';
import { cookieNames } from '#platform/http/cookies.ts';
import type { RecipientPrincipal } from '#platform/http/principal.ts';
import { route, type RequestInfo, type Route } from '#platform/http/route.ts';
import { PortalError } from './errors.ts';
import type { PortalPorts } from './ports.ts';
import { readInbox, readMessage } from './read-portal.ts';
import { requestNewLink } from './request-access.ts';
import { sendReply } from './send-reply.ts';
import { sessionRules } from './session.ts';
import { findSessionEnd } from './session-store.ts';
import { describeLink, findLink, followLink, renewLink, sendCode, signIn, signOut } from './sign-in.ts';

export function portalRoutes(ports: PortalPorts): Route[] {
  const { database, pickup, messages, organizations } = ports;
  const idleSeconds = sessionRules.idleMinutes * 60;

  const accessOf = (
    { organizationId, recipientId, actor }: RecipientPrincipal,
    params: { offerId: string },
    { ip }: RequestInfo,
  ): OfferAccess => ({
    organizationId,
    recipientId: recipientId as RecipientId,
    offerId: params.offerId as OfferId,
    by: { actor, ip },
  });

  return [
    route(contract.getLink, async ({ params, request }) =>
      describeLink(ports, await findLink(ports, params.token, request.ip)),
    ),

    route(contract.renewLink, async ({ params, request }) =>
      renewLink(ports, await findLink(ports, params.token, request.ip), request.ip),
    ),

    route(contract.requestCode, async ({ params, request }) =>
      sendCode(ports, await followLink(ports, params.token, request.ip), request.ip),
    ),

    route(contract.openPortalSession, async ({ params, body, request }) => {
      const link = await followLink(ports, params.token, request.ip);
      const { token, session } = await signIn(ports, link, body.code, request.ip);
      request.setCookie(cookieNames.portal, token);
      const { organizationName, maskedAddress } = await describeLink(ports, link);
      return {
        organizationName,
        maskedAddress,
        offerId: link.offerId,
        idleSeconds,
        endsAt: session.endsAt.toISOString(),
      };
    }),

    route(contract.requestAccess, async ({ body, request }) => {
      await requestNewLink(ports, body, request.ip);
      return { sent: 'if-known' as const };
    }),

    route(contract.getPortalSession, ({ principal: { organizationId, recipientId, id } }) =>
      database.inTenant(organizationId, async (tx) => {
        const { settings } = await organizations.get(tx, organizationId);
        const address = await pickup.addressOf(tx, organizationId, recipientId as RecipientId);
        const endsAt = await findSessionEnd(tx, organizationId, id as SessionId);
        if (endsAt === undefined) throw new PortalError('not-found', 'Your visit has ended.');
        return {
          organizationName: settings.portalName,
          maskedAddress: maskAddress(address ?? ''),
          idleSeconds,
          endsAt: endsAt.toISOString(),
        };
      }),
    ),

    route(contract.endPortalSession, async ({ principal, request }) => {
      await signOut(ports, principal, request.ip);
      request.setCookie(cookieNames.portal, '', { maxAge: 0 });
    }),

    route(contract.getPortalInbox, ({ query, principal: { organizationId, recipientId } }) =>
      readInbox(ports, organizationId, recipientId as RecipientId, query),
    ),

    route(contract.getPortalMessage, ({ params, principal, request }) =>
      readMessage(ports, accessOf(principal, params, request)),
    ),

    route(contract.openPortalMessage, ({ params, principal, request }) =>
      database.inTenant(principal.organizationId, (tx) =>
        pickup.open(tx, accessOf(principal, params, request)),
      ),
    ),

    route(contract.downloadPortalAttachment, async ({ params, principal, request }) => {
      const asked = accessOf(principal, params, request);
      const { messageId } = await database.inTenant(principal.organizationId, (tx) =>
        pickup.available(tx, asked),
      );
      const file = await messages.readAttachment(principal.organizationId, messageId, params.partId);
      await database.inTenant(principal.organizationId, (tx) => pickup.download(tx, asked, params.partId));
      return file;
    }),

    route(contract.replyFromPortal, async ({ params, body, principal, request }) => {
      const reply = await sendReply(
        ports,
        accessOf(principal, params, request),
        body,
        request.creationId as MessageId,
      );
      return { messageId: reply.messageId, repliedAt: reply.repliedAt.toISOString() };
    }),
  ];
}
