import type { OrganizationId } from '#contract/ids.ts';

/** Deliveries that can go and have all of this in common; how many there are is not known. */
export interface Stream {
  readonly priority: number;
  readonly organizationId: OrganizationId;
  readonly destination: string;
  readonly domainIndex: Buffer;
}

/** How many of a stream may be claimed. */
export interface Grant<S extends Stream = Stream> {
  readonly stream: S;
  readonly most: number;
}

export interface Room {
  /** Deliveries that may be claimed in all. */
  readonly total: number;
  /** And of one destination, at this priority: what is held already is taken off. */
  readonly at: (destination: string, priority: number) => number;
  /** What each organisation has had: who had least goes first. */
  readonly served: ReadonlyMap<OrganizationId, number>;
  /** Lowest priority first, for a quarter of the room: what comes last is not put off for ever. */
  readonly fromBelow: boolean;
}

/** Granted to one organisation before it is the turn of the next. */
const quantum = 4;

/**
 * Who may go: by priority; among equals, the organisation that had least; one organisation's streams in turn.
 * Pure. What is granted of a destination, over all streams, is never more than there is room for.
 */
export function shareOut<S extends Stream>(streams: readonly S[], room: Room): Grant<S>[] {
  const granted = new Map<S, number>();
  const taken = new Map<string, number>();
  const byPriority = [...Map.groupBy(streams, ({ priority }) => priority)].toSorted(([a], [b]) => a - b);
  let left = room.total;
  if (room.fromBelow) {
    const below = byPriority.toReversed();
    let share = Math.ceil(left / 4);
    for (const [priority, some] of below) share -= grantAmong(priority, some, share);
  }
  for (const [priority, some] of byPriority) grantAmong(priority, some, left);
  return [...granted].map(([stream, most]) => ({ stream, most }));

  function grantAmong(priority: number, some: readonly S[], most: number): number {
    const queues = [...Map.groupBy(some, ({ organizationId }) => organizationId)].map(
      ([organizationId, own]) => ({ had: room.served.get(organizationId) ?? 0, own: [...own] }),
    );
    let given = 0;
    while (given < most && queues.length > 0) {
      const next = queues.reduce((least, each) => (each.had < least.had ? each : least));
      const stream = next.own.shift();
      if (stream === undefined) {
        queues.splice(queues.indexOf(next), 1);
        continue;
      }
      const { destination } = stream;
      const free = room.at(destination, priority) - (taken.get(destination) ?? 0);
      const some = Math.min(quantum, free, most - given);
      if (some <= 0) continue; // this destination is full: the stream is out
      granted.set(stream, (granted.get(stream) ?? 0) + some);
      taken.set(destination, (taken.get(destination) ?? 0) + some);
      next.own.push(stream);
      next.had += some;
      given += some;
    }
    left -= given;
    return given;
  }
}
