import type { Protection } from '#contract/protection.ts';
import type { RecipientPreview } from '../../api/messages.ts';

/** A way as it is told to the sender: the three proofs of a connection are one thing to them. */
export type PlannedWay = Exclude<Protection, 'tls-dane' | 'tls-sts'>;

/** How many recipients would be reached in one way, and why the first of them. */
export interface PlanPart {
  way: PlannedWay;
  count: number;
  reason: string;
}

/** Groups a preview by way, in the order in which they first appear. Those who may not be written to are left out. */
export function describePlan(recipients: readonly RecipientPreview[]): PlanPart[] {
  const parts = new Map<PlannedWay, PlanPart>();
  for (const { protection, reason, outcome } of recipients) {
    if (outcome === 'block') continue;
    const way = toWay(protection);
    const known = parts.get(way);
    if (known) known.count += 1;
    else parts.set(way, { way, count: 1, reason });
  }
  return [...parts.values()];
}

function toWay(protection: Protection): PlannedWay {
  return protection === 'tls-dane' || protection === 'tls-sts' ? 'tls-verified' : protection;
}
