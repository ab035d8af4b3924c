import type { ApiKeyId, AppPasswordId, OrganizationId, SessionId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Permission, Role } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Actor, Audit, AuditEvent, Doer } from '#modules/audit/index.ts';
import type { SessionEnd } from './session.ts';

export type Door = 'workspace' | 'smtp';

export type RefusedBecause = 'wrong-secret' | 'disabled' | 'too-many-tries';

export type IdentityAuditTrail = ReturnType<typeof createIdentityAuditTrail>;

/** One function an event: its code, its fields, its metric. */
export function createIdentityAuditTrail(audit: Audit, metrics: Metrics) {
  const signIns = metrics.counter('sign_ins_total', 'Sign-ins by door and outcome', ['door', 'outcome']);
  const refusals = metrics.counter('permission_refusals_total', 'Refusals by permission', ['permission']);

  const record = (
    tx: Tx,
    organizationId: OrganizationId,
    { actor, ip }: Doer,
    event: Pick<AuditEvent, 'kind' | 'subject' | 'fields'>,
  ) => audit.record(tx, { organizationId, actor, ip, ...event });
  const recordEach = <T>(
    tx: Tx,
    organizationId: OrganizationId,
    { actor, ip }: Doer,
    things: readonly T[],
    eventOf: (thing: T) => Pick<AuditEvent, 'kind' | 'subject' | 'fields'>,
  ) =>
    audit.recordMany(
      tx,
      things.map((thing) => ({ organizationId, actor, ip, ...eventOf(thing) })),
    );
  const user = (userId: UserId) => ({ type: 'user', id: userId });

  return {
    signedIn(
      tx: Tx,
      e: { organizationId: OrganizationId; userId: UserId; sessionId: SessionId; ip: string },
    ) {
      signIns.inc({ door: 'workspace', outcome: 'accepted' });
      const actor: Actor = { kind: 'user', userId: e.userId, sessionId: e.sessionId };
      return record(
        tx,
        e.organizationId,
        { actor, ip: e.ip },
        { kind: 'sign-in.accepted', subject: user(e.userId), fields: { door: 'workspace' } },
      );
    },

    /** At most once a minute for each app password: a mail system signs in for every message. */
    signedInBySmtp(
      tx: Tx,
      e: { organizationId: OrganizationId; userId: UserId; appPasswordId: AppPasswordId; ip: string },
    ) {
      const actor: Actor = { kind: 'user', userId: e.userId };
      return record(
        tx,
        e.organizationId,
        { actor, ip: e.ip },
        {
          kind: 'sign-in.accepted',
          subject: user(e.userId),
          fields: { door: 'smtp', appPasswordId: e.appPasswordId },
        },
      );
    },

    signInRefused(
      tx: Tx,
      e: { organizationId: OrganizationId; userId: UserId; door: Door; because: RefusedBecause; ip: string },
    ) {
      return record(
        tx,
        e.organizationId,
        { actor: { kind: 'anonymous' }, ip: e.ip },
        { kind: 'sign-in.refused', subject: user(e.userId), fields: { door: e.door, because: e.because } },
      );
    },

    /** For every refusal, also of names that nobody has: these belong to no organisation's log. */
    countRefusal(door: Door, because: RefusedBecause | 'unknown-name' | 'busy') {
      signIns.inc({ door, outcome: because });
    },

    countSmtpSignIn() {
      signIns.inc({ door: 'smtp', outcome: 'accepted' });
    },

    sessionsEnded(
      tx: Tx,
      by: Doer,
      e: {
        organizationId: OrganizationId;
        because: SessionEnd;
        sessions: readonly { sessionId: SessionId; userId: UserId }[];
      },
    ) {
      return recordEach(tx, e.organizationId, by, e.sessions, ({ sessionId, userId }) => ({
        kind: 'session.ended',
        subject: { type: 'session', id: sessionId },
        fields: { userId, because: e.because },
      }));
    },

    userCreated(
      tx: Tx,
      by: Doer,
      e: {
        organizationId: OrganizationId;
        userId: UserId;
        displayName: string;
        addresses: readonly string[];
        role: Role;
      },
    ) {
      const { displayName, addresses, role } = e;
      return record(tx, e.organizationId, by, {
        kind: 'user.created',
        subject: user(e.userId),
        fields: { displayName, addresses, role },
      });
    },

    userChanged(
      tx: Tx,
      by: Doer,
      e: { organizationId: OrganizationId; userId: UserId; before: UserFacts; after: UserFacts },
    ) {
      const { before, after } = e;
      return record(tx, e.organizationId, by, {
        kind: 'user.changed',
        subject: user(e.userId),
        fields: Object.fromEntries(
          userFacts.flatMap((what) =>
            String(before[what]) === String(after[what])
              ? []
              : [
                  [`${what}.before`, before[what]],
                  [`${what}.after`, after[what]],
                ],
          ),
        ),
      });
    },

    passwordChanged(
      tx: Tx,
      by: Doer,
      e: { organizationId: OrganizationId; userId: UserId; how: 'by-user' | 'reset' },
    ) {
      return record(tx, e.organizationId, by, {
        kind: 'user.password-changed',
        subject: user(e.userId),
        fields: { how: e.how },
      });
    },

    passwordChangeRefused(tx: Tx, by: Doer, e: { organizationId: OrganizationId; userId: UserId }) {
      return record(tx, e.organizationId, by, {
        kind: 'user.password-change-refused',
        subject: user(e.userId),
      });
    },

    apiKeyCreated(
      tx: Tx,
      by: Doer,
      e: {
        organizationId: OrganizationId;
        apiKeyId: ApiKeyId;
        userId: UserId;
        name: string;
        scopes: readonly Permission[];
        expiresAt: Date;
      },
    ) {
      return record(tx, e.organizationId, by, {
        kind: 'api-key.created',
        subject: { type: 'api-key', id: e.apiKeyId },
        fields: { userId: e.userId, name: e.name, scopes: e.scopes, expiresAt: e.expiresAt.toISOString() },
      });
    },

    apiKeysRevoked(
      tx: Tx,
      by: Doer,
      e: { organizationId: OrganizationId; apiKeyIds: readonly ApiKeyId[]; userId: UserId },
    ) {
      return recordEach(tx, e.organizationId, by, e.apiKeyIds, (id) => ({
        kind: 'api-key.revoked',
        subject: { type: 'api-key', id },
        fields: { userId: e.userId },
      }));
    },

    appPasswordCreated(
      tx: Tx,
      by: Doer,
      e: { organizationId: OrganizationId; appPasswordId: AppPasswordId; userId: UserId; name: string },
    ) {
      return record(tx, e.organizationId, by, {
        kind: 'app-password.created',
        subject: { type: 'app-password', id: e.appPasswordId },
        fields: { userId: e.userId, name: e.name },
      });
    },

    appPasswordsRevoked(
      tx: Tx,
      by: Doer,
      e: { organizationId: OrganizationId; appPasswordIds: readonly AppPasswordId[]; userId: UserId },
    ) {
      return recordEach(tx, e.organizationId, by, e.appPasswordIds, (id) => ({
        kind: 'app-password.revoked',
        subject: { type: 'app-password', id },
        fields: { userId: e.userId },
      }));
    },

    permissionRefused(tx: Tx, by: Doer, e: { organizationId: OrganizationId; permission: Permission }) {
      refusals.inc({ permission: e.permission });
      return record(tx, e.organizationId, by, {
        kind: 'permission.refused',
        fields: { permission: e.permission },
      });
    },
  };
}

/** What of a user is compared before and after a change. */
export interface UserFacts {
  readonly displayName: string;
  readonly role: Role;
  readonly state: UserState;
  readonly aliases: readonly string[];
}

const userFacts = ['displayName', 'role', 'state', 'aliases'] as const satisfies (keyof UserFacts)[];
