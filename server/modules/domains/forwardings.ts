import type { NewForwarding } from '#contract/forwarding.ts';
import type { ForwardingId, OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import type { Tx } from '#platform/database/database.ts';
import { domainOf, normalizeAddress } from '#protocols/mime/index.ts';
import { forwardingChanged } from './audit-trail.ts';
import { findProven } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import { findRoadFault, type ForwardDoubt, type Forwarding } from './forwarding.ts';
import * as store from './forwarding-store.ts';
import type { DomainsPorts } from './ports.ts';
import { readSource, readTargets, refuseFault } from './read-forwarding.ts';

/** The addresses of organisations that forward. */
export interface Forwardings {
  /** Where mail for an address goes on to; null when it does not forward. At most 5 s old. */
  at(organizationId: OrganizationId, address: string): Promise<Forwarding | null>;
  list(organizationId: OrganizationId, after: ForwardingId | undefined, limit: number): Promise<Forwarding[]>;
  /** Throws DomainsError 'invalid-address', 'invalid-domain', 'address-taken', 'forwarding-loop', 'no-mailbox', 'conflict'. */
  create(which: WhichForwarding, given: NewForwarding, by: Doer): Promise<Forwarding>;
  /** Throws DomainsError 'invalid-address', 'not-found', 'forwarding-loop', 'no-mailbox'. */
  change(which: WhichForwarding, given: Omit<NewForwarding, 'address'>, by: Doer): Promise<Forwarding>;
  /** The targets that mail could not go on to as it stands now: asks their servers, for 10 s at most. */
  doubts(forwarding: Forwarding): Promise<readonly ForwardDoubt[]>;
  /** Counts a failure at each address at `domain` that forwards to one of these. */
  countReturned(
    tx: Tx,
    organizationId: OrganizationId,
    returned: { readonly domain: string; readonly targets: readonly string[] },
  ): Promise<void>;
  /** Throws DomainsError 'not-found'. */
  remove(which: WhichForwarding, by: Doer): Promise<void>;
}

export interface WhichForwarding {
  readonly organizationId: OrganizationId;
  readonly forwardingId: ForwardingId;
}

type Ports = Pick<DomainsPorts, 'database' | 'keyring' | 'clock' | 'audit' | 'identity' | 'forwardDoubts'>;

/** Of one organisation: all of them are looked at together when one changes. */
const mostForwardings = 1_000;

/** `forget` is told of domains that have a forwarding address now, or may have none any more. */
export function createForwardings(ports: Ports, forget: (domain: string) => void): Forwardings {
  const { database, keyring, clock, audit } = ports;
  const keyOf = (organizationId: OrganizationId, address: string) =>
    `${organizationId} ${normalizeAddress(address)}`;
  const known = createExpiringCache<string, Forwarding | null>({
    load: async (key) => {
      const space = key.indexOf(' ');
      const organizationId = key.slice(0, space) as OrganizationId; // written by keyOf
      const index = await store.forwardingIndex(keyring, organizationId, key.slice(space + 1));
      const found = await database.inTenant(organizationId, (tx) =>
        store.findForwardingAt(tx, keyring, organizationId, index),
      );
      return found ?? null;
    },
    keepMs: 5_000,
    capacity: 10_000,
  });

  function changed({ organizationId, address }: Forwarding): void {
    known.forget(keyOf(organizationId, address));
    forget(domainOf(address) ?? '');
  }

  /** All of the organisation, locked against other changes. */
  async function everyOne(tx: Tx, organizationId: OrganizationId): Promise<Forwarding[]> {
    await store.lockForwardings(tx, organizationId);
    return store.selectForwardings(tx, keyring, organizationId, undefined, mostForwardings);
  }

  async function checkMailbox(organizationId: OrganizationId, address: string): Promise<void> {
    const user = await ports.identity.findUserByAddress(address);
    if (user?.organizationId !== organizationId)
      throw new DomainsError(
        'no-mailbox',
        'No user has this address, so there is no mailbox for a copy. Give it to a user first, or keep no copy.',
      );
  }

  return {
    at: (organizationId, address) => known.of(keyOf(organizationId, address)),

    list: (organizationId, after, limit) =>
      database.inTenant(organizationId, (tx) =>
        store.selectForwardings(tx, keyring, organizationId, after, limit),
      ),

    async create({ organizationId, forwardingId }, given, by) {
      const { address, domain } = readSource(given.address);
      const targets = readTargets(given.targets, address);
      if (given.keepsCopy) await checkMailbox(organizationId, address);
      const forwarding = await database.inTenant(organizationId, async (tx) => {
        const proven = await findProven(tx, domain);
        if (proven?.organizationId !== organizationId || !proven.receives)
          throw new DomainsError(
            'invalid-domain',
            `${domain} is not a proven domain of the organisation. Only addresses at its own domains can forward.`,
          );
        const made: Forwarding = {
          organizationId,
          forwardingId,
          domainId: proven.domainId,
          address,
          targets,
          keepsCopy: given.keepsCopy,
          createdAt: clock.now(),
          failures: 0,
          lastFailedAt: null,
        };
        const others = await everyOne(tx, organizationId);
        const earlier = others.find((each) => each.forwardingId === forwardingId);
        if (earlier !== undefined) return earlier; // an earlier try of the same request
        if (others.some((each) => normalizeAddress(each.address) === normalizeAddress(address)))
          throw new DomainsError('address-taken', 'This address forwards already. Change where it goes.');
        if (others.length >= mostForwardings)
          throw new DomainsError(
            'conflict',
            `There are ${mostForwardings} forwarding addresses already. Remove one that is not used.`,
          );
        refuseFault(findRoadFault([...others, made]));
        await store.insertForwarding(tx, keyring, made);
        await forwardingChanged(audit, tx, by, made, 'created');
        return made;
      });
      changed(forwarding);
      return forwarding;
    },

    async change({ organizationId, forwardingId }, given, by) {
      const found = await database.inTenant(organizationId, (tx) =>
        store.findForwarding(tx, keyring, organizationId, forwardingId),
      );
      if (found === undefined) throw noSuch();
      if (given.keepsCopy) await checkMailbox(organizationId, found.address);
      const forwarding = await database.inTenant(organizationId, async (tx) => {
        const all = await everyOne(tx, organizationId);
        const before = all.find((each) => each.forwardingId === forwardingId);
        if (before === undefined) throw noSuch();
        const targets = readTargets(given.targets, before.address);
        const after = { ...before, targets, keepsCopy: given.keepsCopy, failures: 0, lastFailedAt: null };
        refuseFault(findRoadFault(all.map((each) => (each === before ? after : each))));
        await store.updateForwarding(tx, keyring, after);
        await forwardingChanged(audit, tx, by, after, 'changed');
        return after;
      });
      changed(forwarding);
      return forwarding;
    },

    async doubts({ organizationId, targets }) {
      const forward = await Promise.all(targets.map((target) => known.of(keyOf(organizationId, target))));
      return ports.forwardDoubts(
        organizationId,
        targets.filter((_, index) => forward[index] === null),
      );
    },

    async countReturned(tx, organizationId, { domain, targets }) {
      if (targets.length === 0) return;
      const named = new Set(targets.map(normalizeAddress));
      const all = await store.selectForwardings(tx, keyring, organizationId, undefined, mostForwardings);
      for (const { forwardingId, address, targets: own } of all)
        if (domainOf(address) === domain && own.some((target) => named.has(normalizeAddress(target))))
          await store.countFailure(tx, organizationId, forwardingId, clock.now());
    },

    async remove({ organizationId, forwardingId }, by) {
      const removed = await database.inTenant(organizationId, async (tx) => {
        const found = await store.deleteForwarding(tx, keyring, organizationId, forwardingId);
        if (found === undefined) throw noSuch();
        await forwardingChanged(audit, tx, by, found, 'deleted');
        return found;
      });
      changed(removed);
    },
  };
}

const noSuch = (): DomainsError =>
  new DomainsError('not-found', 'The organisation has no such forwarding address.');
