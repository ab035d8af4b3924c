import type { DomainId, ForwardingId, OrganizationId } from '#contract/ids.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';

/** An address of the organisation whose mail goes on to others. */
export interface Forwarding {
  readonly organizationId: OrganizationId;
  readonly forwardingId: ForwardingId;
  readonly domainId: DomainId;
  readonly address: string;
  /** 1 to 20, no two the same. */
  readonly targets: readonly string[];
  /** The user who has the address gets each message, too. */
  readonly keepsCopy: boolean;
  readonly createdAt: Date;
  /** Messages that did not get to one of the targets, since these were last changed. */
  readonly failures: number;
  readonly lastFailedAt: Date | null;
}

/** A target that mail could not go on to just now, and why, as a sentence. */
export interface ForwardDoubt {
  readonly address: string;
  readonly because: string;
}

/** Forwarding addresses that a message may pass one after another. */
export const mostSteps = 3;
/** Targets that one message may have in the end. */
export const mostEnds = 100;

/** Why mail could not be forwarded like this. */
export type RoadFault =
  | 'loop' // it would come back to an address that it was at
  | 'too-long' // more than `mostSteps`
  | 'too-many'; // more than `mostEnds`

type Step = Pick<Forwarding, 'address' | 'targets'>;

/** Looks at all forwarding addresses of an organisation together; null when mail for each of them comes to an end. */
export function findRoadFault(all: readonly Step[]): RoadFault | null {
  const targetsOf = new Map(all.map(({ address, targets }) => [normalizeAddress(address), targets]));

  function walk(address: string, passed: ReadonlySet<string>): number | RoadFault {
    const targets = targetsOf.get(address);
    if (targets === undefined) return 1;
    if (passed.has(address)) return 'loop';
    if (passed.size >= mostSteps) return 'too-long';
    let ends = 0;
    for (const target of targets) {
      const further = walk(normalizeAddress(target), new Set([...passed, address]));
      if (typeof further === 'string') return further;
      ends += further;
      if (ends > mostEnds) return 'too-many';
    }
    return ends;
  }

  for (const address of targetsOf.keys()) {
    const found = walk(address, new Set());
    if (typeof found === 'string') return found;
  }
  return null;
}
