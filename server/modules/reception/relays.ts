import { createHash, randomBytes } from 'node:crypto';
import type { NewRelay } from '#contract/gateway.ts';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Awaitable, SmtpSession } from '#protocols/smtp/index.ts';
import { relayChanged } from './audit-trail.ts';
import { ReceptionError } from './errors.ts';
import type { ReceptionPorts } from './ports.ts';
import { knownRelay, type KnownRelay, type Relay, type RelayId } from './relay.ts';
import { deleteRelay, findRelay, insertRelay, selectRelays, updateRelay } from './relay-store.ts';

/** The servers that may send through us. */
export interface Relays {
  /** Those whose connection this is; at most 5 s old, and nearly always known without waiting. */
  of(session: Pick<SmtpSession, 'remoteAddress' | 'tls'>): Awaitable<readonly KnownRelay[]>;
  list(organizationId: OrganizationId): Promise<Relay[]>;
  /** Throws ReceptionError 'invalid-domain', 'not-found'. */
  create(organizationId: OrganizationId, relay: NewRelay, by: Doer): Promise<RelayWithToken>;
  /** A secret is made only where one is needed and there was none. Throws ReceptionError 'invalid-domain', 'not-found'. */
  change(which: WhichRelay, relay: NewRelay, by: Doer): Promise<RelayWithToken>;
  /** The secret before it counts no more. Throws ReceptionError 'not-found', also for one that needs none. */
  renewToken(which: WhichRelay, by: Doer): Promise<RelayWithToken>;
  /** Throws ReceptionError 'not-found'. */
  remove(organizationId: OrganizationId, relayId: RelayId, by: Doer): Promise<void>;
}

export interface WhichRelay {
  readonly organizationId: OrganizationId;
  readonly relayId: RelayId;
}

/** `token`: the secret that was made now, which is not kept; null when none was. */
export interface RelayWithToken {
  readonly relay: Relay;
  readonly token: string | null;
}

type Ports = Pick<ReceptionPorts, 'database' | 'audit' | 'clock' | 'domains' | 'identity' | 'log'>;

const keepMs = 5_000;

export function createRelays(ports: Ports): Relays {
  const { database, audit, clock, domains, identity } = ports;
  let known: readonly KnownRelay[] | null = null;
  let until = 0;
  let loading: Promise<readonly KnownRelay[]> | null = null;

  function load(): Promise<readonly KnownRelay[]> {
    loading ??= database
      .acrossTenants(selectRelays)
      .then((relays) => {
        known = relays.map(knownRelay);
        until = performance.now() + keepMs;
        return known;
      })
      .finally(() => (loading = null));
    return loading;
  }

  async function checkDomains(organizationId: OrganizationId, { senderDomains }: NewRelay): Promise<void> {
    for (const name of senderDomains) {
      const served = await domains.findByName(name);
      if (served?.organizationId !== organizationId || !served.sends)
        throw new ReceptionError(
          'invalid-domain',
          `${name} is not a proven domain of the organisation. Prove it first.`,
        );
    }
  }

  async function checkUser(tx: Tx, { organizationId, userId }: Relay): Promise<void> {
    if ((await identity.getUser(tx, organizationId, userId)) === null)
      throw new ReceptionError('not-found', 'There is no such user.');
  }

  return {
    of(session) {
      const ofThis = (relays: readonly KnownRelay[]) => relays.filter((relay) => relay.isFrom(session));
      if (known === null || performance.now() > until + keepMs) return load().then(ofThis);
      if (performance.now() > until) load().catch(() => undefined); // who asks next waits for it
      return ofThis(known);
    },

    list: (organizationId) => database.inTenant(organizationId, selectRelays),

    async create(organizationId, given, by) {
      await checkDomains(organizationId, given);
      const token = given.kind === 'own-server' ? null : newToken();
      const relay: Relay = {
        ...given,
        organizationId,
        userId: given.userId as UserId,
        relayId: newId<RelayId>(),
        tokenDigest: token === null ? null : digestOf(token),
      };
      await database.inTenant(organizationId, async (tx) => {
        await checkUser(tx, relay);
        await insertRelay(tx, relay, clock.now());
        await relayChanged(audit, tx, relay, 'relay.created', by);
      });
      known = null;
      return { relay, token };
    },

    async change({ organizationId, relayId }, given, by) {
      await checkDomains(organizationId, given);
      const changed = await database.inTenant(organizationId, async (tx) => {
        const before = await findRelay(tx, organizationId, relayId);
        if (before === undefined) throw noSuchRelay();
        const needsNone = given.kind === 'own-server';
        const token = needsNone || before.tokenDigest !== null ? null : newToken();
        const tokenDigest = needsNone ? null : token === null ? before.tokenDigest : digestOf(token);
        const relay: Relay = { ...before, ...given, userId: given.userId as UserId, tokenDigest };
        await checkUser(tx, relay);
        await updateRelay(tx, relay);
        await relayChanged(audit, tx, relay, 'relay.changed', by);
        return { relay, token };
      });
      known = null;
      return changed;
    },

    async renewToken({ organizationId, relayId }, by) {
      const token = newToken();
      const relay = await database.inTenant(organizationId, async (tx) => {
        const before = await findRelay(tx, organizationId, relayId);
        if (before === undefined) throw noSuchRelay();
        if (before.tokenDigest === null)
          throw new ReceptionError(
            'not-found',
            'This relay needs no secret: its address or certificate is enough.',
          );
        const renewed = { ...before, tokenDigest: digestOf(token) };
        await updateRelay(tx, renewed);
        await relayChanged(audit, tx, renewed, 'relay.token-renewed', by);
        return renewed;
      });
      known = null;
      return { relay, token };
    },

    async remove(organizationId, relayId, by) {
      await database.inTenant(organizationId, async (tx) => {
        const relay = await deleteRelay(tx, organizationId, relayId);
        if (relay === undefined) throw noSuchRelay();
        await relayChanged(audit, tx, relay, 'relay.deleted', by);
      });
      known = null;
    },
  };
}

const newToken = (): string => randomBytes(24).toString('base64url');

const noSuchRelay = (): ReceptionError =>
  new ReceptionError('not-found', 'The organisation has no such relay.');

/** Of 192 random bits: nothing slower is needed. */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
