import type { UserId } from '#contract/ids.ts';
import {
  changePassword as changePasswordEndpoint,
  changeUser as changeUserEndpoint,
  createUser as createUserEndpoint,
  getUser,
  listUsers as listUsersEndpoint,
  resetPassword as resetPasswordEndpoint,
  type UserView,
} from '#contract/identity.ts';
import { route, type Route } from '#platform/http/route.ts';
import { changePassword, resetPassword } from './change-password.ts';
import { changeUser } from './change-user.ts';
import { addUser, prepareUser } from './create-user.ts';
import { IdentityError } from './errors.ts';
import { getUserWithAliases, listUsers, type UserWithAliases } from './list-users.ts';
import type { IdentityContext } from './ports.ts';
import { requireSession } from './require-session.ts';

export function userRoutes(context: IdentityContext): Route[] {
  const { database, keyring } = context;
  return [
    route(listUsersEndpoint, async ({ principal, query }) => {
      const page = await database.inTenant(principal.organizationId, (tx) => listUsers(tx, keyring, query));
      return { items: page.items.map(toView), nextCursor: page.nextCursor };
    }),

    route(getUser, async ({ principal, params }) => {
      const user = await database.inTenant(principal.organizationId, (tx) =>
        getUserWithAliases(tx, keyring, params.userId as UserId),
      );
      if (user === undefined)
        throw new IdentityError('not-found', 'There is no such user in this organisation.');
      return toView(user);
    }),

    route(createUserEndpoint, async ({ principal, body, request }) => {
      const { organizationId, actor } = principal;
      const prepared = await prepareUser(context, {
        ...body,
        organizationId,
        userId: request.creationId as UserId,
      });
      return database.inTenant(organizationId, async (tx) => {
        const user = await addUser(tx, context, prepared, { actor, ip: request.ip });
        const aliases = body.aliases.toSorted();
        return { ...toView({ ...user, aliases }), initialPassword: prepared.initialPassword };
      });
    }),

    route(changeUserEndpoint, async ({ principal, params, body, request }) => {
      const { organizationId, actor } = principal;
      const change = { ...body, organizationId, userId: params.userId as UserId };
      return toView(
        await database.inTenant(organizationId, (tx) =>
          changeUser(tx, context, change, { actor, ip: request.ip }),
        ),
      );
    }),

    route(resetPasswordEndpoint, async ({ principal, params, request }) => {
      const { organizationId, actor } = principal;
      const user = { organizationId, userId: params.userId as UserId };
      return { password: await resetPassword(context, user, { actor, ip: request.ip }) };
    }),

    route(changePasswordEndpoint, async ({ principal, body, request }) => {
      const { organizationId, userId } = principal;
      const sessionId = requireSession(principal);
      await changePassword(context, { organizationId, userId, sessionId, ...body, ip: request.ip });
    }),
  ];
}

function toView({ userId, displayName, email, aliases, role, state, createdAt }: UserWithAliases): UserView {
  return {
    userId,
    displayName,
    email,
    aliases: [...aliases],
    role,
    state,
    createdAt: createdAt.toISOString(),
  };
}
