import type { Floor } from '#contract/protection.ts';

/** What the rules made of a message. */
export interface Decision {
  /** The weakest protection that its content may take; at least an encrypted connection. */
  readonly floor: Floor;
  /** Kept until a person releases it. */
  readonly hold: boolean;
  /** Never sent. */
  readonly block: boolean;
  /** Days for which it waits in the portal. */
  readonly expiresInDays: number;
  /** Every rule that was weighed, applied or not. */
  readonly rules: readonly WeighedRule[];
}

export interface WeighedRule {
  readonly rule: string;
  readonly outcome: 'applied' | 'not-applied';
  /** What it demanded as the floor, where it applied and demanded one. */
  readonly floor?: Floor;
  /** One plain sentence. */
  readonly because: string;
}
