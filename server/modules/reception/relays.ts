import { createHash, randomBytes } from 'node:crypto';
import type { NewRelay } from '#contract/gateway.ts';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { newId } from '#platform/ids.ts';
import type { Awaitable, SmtpSession } from '#protocols/smtp/index.ts';
import { relayChanged } from './audit-trail.ts';
import { ReceptionError } from './errors.ts';
import type { ReceptionPorts } from './ports.ts';
import { knownRelay, type KnownRelay, type Relay, type RelayId } from './relay.ts';
import { deleteRelay, insertRelay, selectRelays } from './relay-store.ts';

/** The servers that may send through us. */
export interface Relays {
  /** Those whose connection this is; at most 5 s old, and nearly always known without waiting. */
  of(session: SmtpSession): Awaitable<readonly KnownRelay[]>;
  list(organizationId: OrganizationId): Promise<Relay[]>;
  /** Throws ReceptionError 'invalid-domain', 'not-found'. `token`: the secret, which is not kept. */
  create(
    organizationId: OrganizationId,
    relay: NewRelay,
    by: Doer,
  ): Promise<{ relay: Relay; token: string | null }>;
  /** Throws ReceptionError 'not-found'. */
  remove(organizationId: OrganizationId, relayId: RelayId, by: Doer): Promise<void>;
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

  return {
    of(session) {
      const ofThis = (relays: readonly KnownRelay[]) => relays.filter((relay) => relay.isFrom(session));
      if (known === null || performance.now() > until + keepMs) return load().then(ofThis);
      if (performance.now() > until) load().catch(() => undefined); // who asks next waits for it
      return ofThis(known);
    },

    list: (organizationId) => database.inTenant(organizationId, selectRelays),

    async create(organizationId, given, by) {
      for (const name of given.senderDomains) {
        const served = await domains.findByName(name);
        if (served?.organizationId !== organizationId || !served.sends)
          throw new ReceptionError(
            'invalid-domain',
            `${name} is not a proven domain of the organisation. Prove it first.`,
          );
      }
      const token = given.kind === 'own-server' ? null : randomBytes(24).toString('base64url');
      const relay: Relay = {
        ...given,
        organizationId,
        userId: given.userId as UserId,
        relayId: newId<RelayId>(),
        tokenDigest: token === null ? null : digestOf(token),
      };
      await database.inTenant(organizationId, async (tx) => {
        if ((await identity.getUser(tx, organizationId, relay.userId)) === null)
          throw new ReceptionError('not-found', 'There is no such user.');
        await insertRelay(tx, relay, clock.now());
        await relayChanged(audit, tx, relay, 'relay.created', by);
      });
      until = 0;
      known = null;
      return { relay, token };
    },

    async remove(organizationId, relayId, by) {
      await database.inTenant(organizationId, async (tx) => {
        const relay = await deleteRelay(tx, organizationId, relayId);
        if (relay === undefined) throw new ReceptionError('not-found', 'The organisation has no such relay.');
        await relayChanged(audit, tx, relay, 'relay.deleted', by);
      });
      known = null;
    },
  };
}

/** Of 192 random bits: nothing slower is needed. */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
