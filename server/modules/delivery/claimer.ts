import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { claimGranted, claimSingledOut, type ClaimedRow } from './claim-store.ts';
import { saveDestinations } from './destination-store.ts';
import type { Destinations } from './destinations.ts';
import { priorities } from './lanes.ts';
import { shareOut } from './share-out.ts';
import { startOf, wakeDue, walkStreams, type WalkedStream, type WalkedTo } from './stream-store.ts';

export interface ClaimerOptions {
  readonly owner: string;
  readonly leaseSeconds: number;
  readonly destinations: Destinations;
  /** Deliveries of a destination that this process holds. */
  readonly heldFor: (destination: string) => number;
}

export interface Wanted {
  readonly now: Date;
  /** Most deliveries. */
  readonly room: number;
  /** One whose attempts ended with their process may be taken. */
  readonly mayTakeSuspect: boolean;
}

export interface Claimed {
  readonly rows: ClaimedRow[];
  /** Not everything has been looked at: there may be more that can go. */
  readonly more: boolean;
}

/** Steps of one look over the streams of one priority: what is behind is looked at the next time. */
const steps = 150;
const mostWoken = 500;
const mostUrged = 20;
/** Each so many looks the last go first, for a part of the room: they wait longer, but not for ever. */
const belowEvery = 8;
/** What one organisation may have had less than another and still catch up on, deliveries. */
const mostCredit = 1_000;

/** Finds what goes next, in one transaction whatever the length of the queue. */
export function createClaimer({ owner, leaseSeconds, destinations, heldFor }: ClaimerOptions) {
  let from: readonly WalkedTo[] = priorities.map(startOf);
  let looks = 0;
  const served = new Map<OrganizationId, number>();

  function serve(streams: readonly WalkedStream[]): void {
    const floor = Math.max(0, ...served.values()) - mostCredit;
    if (served.size > 10_000) served.clear();
    for (const { organizationId } of streams)
      served.set(organizationId, Math.max(served.get(organizationId) ?? floor, floor));
  }

  return async function claim(tx: Tx, { now, room, mayTakeSuspect }: Wanted): Promise<Claimed> {
    looks += 1;
    const learned = destinations.takeLearned();
    if (learned.length > 0) await saveDestinations(tx, learned);
    const woken = await wakeDue(tx, now, mostWoken);
    const began = from;
    const walked = await walkStreams(tx, began, { now, steps });
    const byPriority = Map.groupBy(walked, ({ priority }) => priority);
    from = priorities.map((priority) => {
      const some = byPriority.get(priority) ?? [];
      return (some.length >= steps ? some.at(-1) : undefined) ?? startOf(priority);
    });
    const streams = walked.filter(({ open }) => open);
    for (const { destination, known } of streams) if (known !== null) destinations.adopt(destination, known);
    serve(streams);
    const grants = shareOut(streams, {
      total: room,
      at: (destination, priority) => destinations.roomFor(destination, priority) - heldFor(destination),
      served,
      fromBelow: looks % belowEvery === 0,
    });
    const of = { owner, leaseSeconds, now };
    const urged = await claimSingledOut(tx, of, { limit: mostUrged, urgedOnly: true });
    const granted = grants.length === 0 ? [] : await claimGranted(tx, of, grants);
    const suspects =
      mayTakeSuspect && (granted.length === 0 || looks % belowEvery === 0)
        ? await claimSingledOut(tx, of, { limit: 1, urgedOnly: false })
        : [];
    for (const { organization_id: id } of granted) served.set(id, (served.get(id) ?? 0) + 1);
    return {
      rows: [...urged, ...granted, ...suspects],
      more:
        woken === mostWoken ||
        [...began, ...from].some(({ organizationId }) => organizationId !== startOf(0).organizationId),
    };
  };
}
