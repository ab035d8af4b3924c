import type { Protection } from '#contract/protection.ts';
import type { RecipientPreview } from '../../api/messages.ts';

/** How many recipients would be reached in one way, and why the first of them. */
export interface PlanPart {
  protection: Protection;
  count: number;
  reason: string;
}

/** Groups a preview by protection, in the order in which they first appear. Those who may not be written to are left out. */
export function describePlan(recipients: readonly RecipientPreview[]): PlanPart[] {
  const parts = new Map<Protection, PlanPart>();
  for (const { protection, reason, outcome } of recipients) {
    if (outcome === 'block') continue;
    const known = parts.get(protection);
    if (known) known.count += 1;
    else parts.set(protection, { protection, count: 1, reason });
  }
  return [...parts.values()];
}
