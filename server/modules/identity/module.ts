import type { AppPasswordId, OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { Permission } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Principal, StaffPrincipal } from '#platform/http/principal.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { addressIndex } from './address.ts';
import { findOwners } from './address-store.ts';
import { createAppPassword, type AppPassword, type NewAppPassword } from './app-password.ts';
import { selectUsable } from './app-password-store.ts';
import { createApiKey, type ApiKey, type NewApiKey } from './api-key.ts';
import type { Doer } from '#modules/audit/index.ts';
import { createIdentityAuditTrail } from './audit-trail.ts';
import { authenticateRequest, type RequestCredentials } from './authenticate-request.ts';
import { authenticateSmtp, type SmtpCredentials, type SmtpVerdict } from './authenticate-smtp.ts';
import { authorize, type Authorization } from './authorize.ts';
import { changeUser, type ChangeUser } from './change-user.ts';
import { addUser, prepareUser, type NewUser, type PreparedUser } from './create-user.ts';
import { endSessions } from './end-sessions.ts';
import { mailAddressesOf, type UserWithAliases } from './list-users.ts';
import { openUser } from './open-user.ts';
import { createPasswords } from './passwords.ts';
import type { IdentityContext, IdentityPorts } from './ports.ts';
import { identityRoutes } from './routes.ts';
import { signIn, type SignIn } from './sign-in.ts';
import { createSignInLimits } from './sign-in-limits.ts';
import type { StartedSession } from './start-session.ts';
import { sweep } from './sweep.ts';
import type { User } from './user.ts';
import { findUser, selectAdministrators } from './user-store.ts';

/** Whose an address is. */
export interface Mailbox {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
}

export interface IdentityModule {
  /** Who calls by session or API key; undefined when nobody is known by these credentials. */
  authenticateRequest(credentials: RequestCredentials): Promise<StaffPrincipal | undefined>;
  /** For SMTP AUTH. Thousands a second: no slow hash. */
  authenticateSmtp(credentials: SmtpCredentials): Promise<SmtpVerdict>;
  /** Those of `appPasswordIds` that still work: for connections that outlive a revocation. `tx` must be the tenant's. */
  usableAppPasswords(tx: Tx, appPasswordIds: readonly AppPasswordId[]): Promise<Set<AppPasswordId>>;
  /** The one point of authorisation. A refusal is recorded. */
  authorize(principal: Principal, permission: Permission, ip?: string): Promise<Authorization>;

  /** Across all organisations; null when no active user has the address. */
  findUserByAddress(address: string): Promise<Mailbox | null>;
  /** The same for many, in one query; keyed by the addresses as given. */
  findUsersByAddress(addresses: readonly string[]): Promise<Map<string, Mailbox>>;
  getUser(tx: Tx, organizationId: OrganizationId, userId: UserId): Promise<User | null>;
  /** The active administrators of the organisation that `tx` is confined to. */
  administrators(tx: Tx): Promise<UserId[]>;
  /** Primary first: where the user receives and what they may send as. */
  mailAddressesOf(tx: Tx, userId: UserId): Promise<string[]>;

  /** The slow part of `createUser`, for callers that add the user in a transaction of their own by `addUser`. */
  prepareUser(user: NewUser): Promise<PreparedUser>;
  addUser(tx: Tx, prepared: PreparedUser, by: Doer): Promise<User>;
  createUser(user: NewUser, by: Doer): Promise<{ user: User; initialPassword: string | null }>;
  changeUser(change: ChangeUser, by: Doer): Promise<UserWithAliases>;

  signIn(attempt: SignIn): Promise<StartedSession>;
  /** Of one user, all or one. Answers how many ended. */
  endSessions(
    organizationId: OrganizationId,
    sessions: { userId: UserId; sessionId?: SessionId },
    by: Doer,
  ): Promise<number>;
  createApiKey(command: NewApiKey, by: Doer): Promise<{ apiKey: ApiKey; key: string }>;
  createAppPassword(
    command: NewAppPassword,
    by: Doer,
  ): Promise<{ appPassword: AppPassword; password: string }>;

  readonly routes: Route[];
  readonly loops: Loop[];
}

const sweepEveryMs = 60_000;

export function createIdentityModule(ports: IdentityPorts): IdentityModule {
  const { database, keyring } = ports;
  const context: IdentityContext = {
    ...ports,
    trail: createIdentityAuditTrail(ports.audit, ports.metrics),
    passwords: createPasswords(ports.passwordCost),
    limits: createSignInLimits(ports, ports.limitRules),
  };

  async function findUsersByAddress(addresses: readonly string[]): Promise<Map<string, Mailbox>> {
    const indexes = await Promise.all(addresses.map((address) => addressIndex(keyring, address)));
    const owners = await database.acrossTenants((tx) => findOwners(tx, indexes));
    const byIndex = new Map(
      owners
        .filter(({ state }) => state === 'active')
        .map((owner) => [owner.addressIndex.toString('hex'), owner]),
    );
    return new Map(
      addresses.flatMap((address, at) => {
        const owner = byIndex.get(indexes[at]?.toString('hex') ?? '');
        return owner === undefined
          ? []
          : [[address, { organizationId: owner.organizationId, userId: owner.userId }] as const];
      }),
    );
  }

  return {
    authenticateRequest: (credentials) => authenticateRequest(context, credentials),
    authenticateSmtp: (credentials) => authenticateSmtp(context, credentials),
    usableAppPasswords: async (tx, appPasswordIds) => new Set(await selectUsable(tx, appPasswordIds)),
    authorize: (principal, permission, ip) => authorize(context, principal, permission, ip),
    findUserByAddress: async (address) => (await findUsersByAddress([address])).get(address) ?? null,
    findUsersByAddress,
    async getUser(tx, organizationId, userId) {
      const row = await findUser(tx, userId);
      return row?.organizationId === organizationId ? openUser(keyring, row) : null;
    },
    administrators: selectAdministrators,
    mailAddressesOf: (tx, userId) => mailAddressesOf(tx, keyring, userId),
    prepareUser: (user) => prepareUser(context, user),
    addUser: (tx, prepared, by) => addUser(tx, context, prepared, by),
    async createUser(user, by) {
      const prepared = await prepareUser(context, user);
      const added = await database.inTenant(user.organizationId, (tx) => addUser(tx, context, prepared, by));
      return { user: added, initialPassword: prepared.initialPassword };
    },
    changeUser: (change, by) =>
      database.inTenant(change.organizationId, (tx) => changeUser(tx, context, change, by)),
    signIn: (attempt) => signIn(context, attempt),
    endSessions: (organizationId, sessions, by) =>
      endSessions(context, organizationId, sessions, 'revoked', by),
    createApiKey: (command, by) => createApiKey(context, command, by),
    createAppPassword: (command, by) => createAppPassword(context, command, by),
    routes: identityRoutes(context),
    loops: [
      createLoop({
        name: 'identity.sweep',
        everyMs: sweepEveryMs,
        runOnce: (signal) => sweep(context, signal),
        log: ports.log,
      }),
    ],
  };
}
