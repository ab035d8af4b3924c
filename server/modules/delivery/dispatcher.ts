import type { DeliveryId } from '#contract/ids.ts';
import type { Protection } from '#contract/protection.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { newId } from '#platform/ids.ts';
import { createGroupCommit } from '#platform/lifecycle/group-commit.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { createByteBudget } from './byte-budget.ts';
import {
  markTransmitting,
  putBack,
  renewLeases,
  selectRevoked,
  type AttemptKey,
  type UnusedClaim,
} from './claim-store.ts';
import { createClaimer } from './claimer.ts';
import { createConnectionPool } from './connection-pool.ts';
import { converse } from './converse.ts';
import type { ClaimedDelivery } from './delivery.ts';
import { countProcesses, endProcess } from './destination-store.ts';
import { createDestinations } from './destinations.ts';
import { groupDeliveries, isEncryptedToKey, type DeliveryGroup } from './group-deliveries.ts';
import { inOurName } from './in-our-name.ts';
import { createKeyedLimit } from './keyed-limit.ts';
import { hearResults } from './hear-results.ts';
import { createRouteBook } from './learn-route.ts';
import { openClaimed } from './open-claimed.ts';
import type { AttemptResult } from './outcome.ts';
import type { DeliveryPorts } from './ports.ts';
import type { ReasonCode } from './reasons.ts';
import { recoverAbandoned } from './recover-abandoned.ts';
import { submitterOf } from './report-submitter.ts';
import { settleTogether, type EndedGroup } from './settle-together.ts';
import { isMissing, whyContentIsLost } from './unreadable.ts';
import { untilReachable } from './until-reachable.ts';

/** Deliveries that one process holds at most. */
const mostHeld = 400;
/** Content held in memory for conversations in progress, all together. */
const memoryBytes = 64 * 1024 * 1024;
/** How long conversations in progress may go on when the process stops. SIGTERM must end within 10 s. */
const stopMs = 4_000;
/** RFC 3463 §3.4: X.3.0, other or undefined mail system status. */
const mailSystemFault = '5.3.0';
const none: ReadonlySet<DeliveryId> = new Set();
/** From so many interruptions on a message may be what ends the process. */
const suspectFrom = 2;

/** Where a group is on its way. */
interface Journey {
  destination: string;
}

export interface Dispatcher {
  readonly loops: Loop[];
  nudge(): void;
}

/** Drives the queue: claims what is due, holds conversations side by side, writes what they came to. */
export function createDispatcher(ports: DeliveryPorts): Dispatcher {
  const { database, clock, log, options } = ports;
  const owner = newId();
  const leaseSeconds = options.leaseSeconds ?? 30;
  const pool = createConnectionPool({
    port: options.outboundPort,
    localName: options.hostname,
    trusted: options.trusted ?? [],
    timeouts: options.timeouts ?? {},
  });
  const everywhere = createKeyedLimit(options.conversations ?? 100);
  const memory = createByteBudget(memoryBytes);
  const destinations = createDestinations(
    () => clock.now(),
    (because) => ports.metrics.rests.inc({ because }),
  );
  const routes = createRouteBook(ports);
  /** Deliveries held, by destination. */
  const heldFor = new Map<string, number>();
  const claim = createClaimer({
    owner,
    leaseSeconds,
    destinations,
    heldFor: (destination) => heldFor.get(destination) ?? 0,
  });
  const inProgress = new Set<Promise<void>>();
  const stopping = new AbortController();
  /** What this process is at: its leases are kept. */
  const held = new Set<ClaimedDelivery>();

  const { timed } = ports.metrics;
  const mark = createGroupCommit(async (keys: readonly AttemptKey[]) =>
    database.acrossTenants((tx) => markTransmitting(tx, owner, keys)),
  );

  const giveBack = createGroupCommit((claims: readonly UnusedClaim[]) =>
    database.acrossTenants((tx) => putBack(tx, owner, claims)),
  );

  const settle = createGroupCommit((groups: readonly EndedGroup[]) =>
    timed('settle', () => settleTogether(ports, groups)),
  );

  async function runOnce(): Promise<number> {
    const room = mostHeld - held.size;
    if (room <= 0) return 0;
    const { rows, more } = await timed('claim', () =>
      database.acrossTenants((tx) =>
        claim(tx, {
          now: clock.now(),
          room,
          mayTakeSuspect: ![...held].some(({ interruptions }) => interruptions >= suspectFrom),
        }),
      ),
    );
    const opened = await timed('open', () =>
      Promise.allSettled(rows.map((row) => openClaimed(ports.keyring, row))),
    );
    const claimed = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      // The keys could not be had just now; the lease runs out and they come again.
      log.error('delivery.not-opened', { count: rows.length - claimed.length, error: failed.reason });
    }
    const deliveriesThat = (wanted: boolean): ClaimedDelivery[] =>
      claimed.filter(({ readable }) => readable === wanted).map(({ delivery }) => delivery);
    for (const { delivery } of claimed) held.add(delivery);
    ports.metrics.held.set(held.size);
    for (const group of groupDeliveries(deliveriesThat(true))) start(group, send);
    for (const group of groupDeliveries(deliveriesThat(false))) start(group, giveUp);
    return claimed.length === 0 && more ? 1 : claimed.length;
  }

  function hold(destination: string, count: number): void {
    const now = (heldFor.get(destination) ?? 0) + count;
    if (now === 0) heldFor.delete(destination);
    else heldFor.set(destination, now);
  }

  function start(group: DeliveryGroup, work: typeof send): void {
    const journey: Journey = { destination: group.destination };
    hold(journey.destination, group.deliveries.length);
    const run = attempt(group, journey, work)
      .catch((error: unknown) => log.error('delivery.attempt-failed', { messageId: group.messageId, error }))
      .finally(() => {
        for (const delivery of group.deliveries) held.delete(delivery);
        hold(journey.destination, -group.deliveries.length);
        inProgress.delete(run);
        const { destination } = journey;
        const isLow =
          (heldFor.get(destination) ?? 0) * 2 <= destinations.roomFor(destination, group.priority);
        if (isLow && held.size * 2 <= mostHeld) loop.nudge();
      });
    inProgress.add(run);
  }

  async function attempt(group: DeliveryGroup, journey: Journey, work: typeof send): Promise<void> {
    const results = await work(group, journey).catch((error: unknown) => whenNotSent(group, error));
    const { destination } = journey;
    if (results === 'not-begun') {
      await giveBack(group.deliveries.map((delivery) => ({ ...delivery, destination })));
      return;
    }
    const revoked = results.some((result) => result.kind === 'deferred' && result.because === 'interrupted')
      ? await database.acrossTenants((tx) => selectRevoked(tx, group.deliveries)).catch(() => none)
      : none;
    const ended = group.deliveries.map((delivery, position) => ({
      delivery,
      destination,
      result: revoked.has(delivery.deliveryId)
        ? ({ kind: 'revoked' } as const)
        : (results[position] ?? ({ kind: 'deferred', because: 'interrupted' } as const)),
    }));
    const settled: EndedGroup = { organizationId: group.organizationId, ended };
    await untilReachable(async () => {
      const failure = (await settle([settled])).get(settled);
      if (failure !== undefined) throw failure.error;
    }, leaseSeconds * 1000);
  }

  function whenNotSent(group: DeliveryGroup, error: unknown): AttemptResult[] {
    const lost = whyContentIsLost(error);
    if (lost !== 'content-destroyed') log.error('delivery.not-sent', { messageId: group.messageId, error });
    return group.deliveries.map(() =>
      lost === undefined
        ? { kind: 'deferred', because: whyLater(error) }
        : { kind: 'refused', because: lost, status: mailSystemFault },
    );
  }

  /** To whom it goes can never be known again: it ends here, and its sender is told. */
  async function giveUp(group: DeliveryGroup): Promise<AttemptResult[]> {
    log.error('delivery.unreadable', { messageId: group.messageId, count: group.deliveries.length });
    return group.deliveries.map(() => ({
      kind: 'refused',
      because: 'address-unreadable',
      status: mailSystemFault,
    }));
  }

  /** Link and code together open the portal: who can read the line must not get both. */
  async function leastFor(group: DeliveryGroup): Promise<Protection> {
    const { organizationId, protection, domain, deliveries } = group;
    if (isEncryptedToKey(protection)) return ports.protection.leastForEncrypted(domain);
    if (protection !== 'cleartext') return protection;
    return ports.protection.leastForLetter(
      organizationId,
      domain,
      deliveries.some(({ lane }) => lane === 'code'),
    );
  }

  /** What goes over the connection: the message, encrypted where that was promised. Never the message instead of it. */
  async function contentFor(group: DeliveryGroup): Promise<Buffer | AttemptResult> {
    const { organizationId, messageId, protection, deliveries } = group;
    const content = await ports.messages.readTogether(organizationId, messageId);
    if (!isEncryptedToKey(protection)) return content;
    const [only] = deliveries;
    if (only === undefined || deliveries.length > 1) throw new Error('Encrypted for one recipient at a time');
    const encrypted = await ports.keys.encrypt({
      organizationId,
      kind: protection,
      recipient: only.address,
      content,
    });
    if (encrypted.ok) return encrypted.content;
    if (encrypted.because === 'unchecked') return { kind: 'deferred', because: 'certificate-unchecked' };
    if (encrypted.because === 'busy') return { kind: 'deferred', because: 'failed-here' };
    const because = encrypted.because === 'key-gone' ? 'portal-key-gone' : 'portal-not-encryptable';
    return { kind: 'weaker', because };
  }

  function noteForbidden({ organizationId, domain, returnPath }: DeliveryGroup): void {
    const submitter = submitterOf(returnPath);
    if (submitter !== null) void ports.protection.noteForbidden({ organizationId, submitter, domain });
  }

  /** 'not-begun': nobody was dialled, and it goes back as it was. */
  async function send(group: DeliveryGroup, journey: Journey): Promise<AttemptResult[] | 'not-begun'> {
    const all = (result: AttemptResult): AttemptResult[] => group.deliveries.map(() => result);
    const route = await timed('route', () => ports.protection.routeOf(group.domain));
    if ('temporary' in route) {
      if (route.forbidden) noteForbidden(group);
      return all({ kind: 'deferred', because: route.forbidden ? 'server-unproven' : 'name-lookup-failed' });
    }
    if ('permanent' in route) return all({ kind: 'refused', because: 'no-mail-server', status: '5.1.2' });
    const { destinationKey } = route;
    hold(journey.destination, -group.deliveries.length);
    hold(destinationKey, group.deliveries.length);
    journey.destination = destinationKey;
    if (group.destination !== destinationKey) await routes.learn(group, route);
    const protection = await leastFor(group);
    // Its time is over and the servers rest: there is nothing to be learned by one more attempt.
    const rest = destinations.restOf(destinationKey);
    if (rest !== undefined && group.deliveries.every(({ giveUpAt }) => giveUpAt <= clock.now()))
      return all({ kind: 'deferred', because: rest });
    const place = await timed('wait', () =>
      destinations.enter(destinationKey, group.urged ? 0 : group.priority),
    );
    if (place === 'resting') return 'not-begun';
    const leave = await timed('wait', () => everywhere.enter(''));
    const leaveMemory = await timed('wait', () => memory.enter(group.sizeBytes));
    ports.metrics.inProgress.inc();
    let results: AttemptResult[] = [];
    try {
      if (stopping.signal.aborted) return 'not-begun';
      const plain = await timed('read', () => contentFor(group));
      if (!Buffer.isBuffer(plain)) return all(plain);
      const { content, returnPath } = await timed('sign', () => inOurName(ports, group, plain));
      results = await timed('converse', () =>
        converse(
          { pool, protection: ports.protection },
          {
            group: { ...group, protection, returnPath },
            content,
            hosts: route.hosts,
            signal: stopping.signal,
            async markTransmitting(deliveries: readonly ClaimedDelivery[]) {
              const live = await timed('note', () => mark(deliveries));
              return deliveries.every(({ deliveryId }) => live.has(deliveryId)) ? 'all' : 'not-all';
            },
          },
        ),
      );
      return results;
    } finally {
      ports.metrics.inProgress.dec();
      leaveMemory();
      leave();
      place.leave(hearResults(results));
    }
  }

  const inner = createLoop({ name: 'delivery.dispatch', everyMs: 500, runOnce, log });
  const loop: Loop = {
    ...inner,
    async runUntilIdle() {
      let total = 0;
      for (;;) {
        const done = await inner.runUntilIdle();
        total += done;
        if (inProgress.size === 0 && done === 0) return total;
        await Promise.all(inProgress);
      }
    },
    async stop() {
      await inner.stop();
      const timer = setTimeout(() => stopping.abort(), stopMs);
      await Promise.all(inProgress);
      clearTimeout(timer);
      await pool.close();
      await database.acrossTenants((tx) => endProcess(tx, owner)).catch(() => undefined);
    },
  };
  const leases = createLoop({
    name: 'delivery.leases',
    everyMs: (leaseSeconds * 1000) / 3,
    log,
    async runOnce() {
      if (held.size > 0)
        await database.acrossTenants((tx) => renewLeases(tx, owner, [...held], leaseSeconds));
      destinations.shareWith(await database.acrossTenants((tx) => countProcesses(tx, owner, leaseSeconds)));
      return recoverAbandoned(ports);
    },
  });
  return { loops: [loop, leases], nudge: () => loop.nudge() };
}

function whyLater(error: unknown): ReasonCode {
  if (error instanceof DatabaseUnavailable) return 'interrupted'; // again as soon as it is back
  return isMissing(error) ? 'content-missing' : 'failed-here';
}
