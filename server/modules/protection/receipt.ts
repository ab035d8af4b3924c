import type { DeliveryId, MessageId } from '#contract/ids.ts';
import type { KeyEvidence, Protection, TlsEvidence } from '#contract/protection.ts';
import type { Decision } from '#modules/policy/index.ts';
import type { Candidate, RecipientChoice } from './choice.ts';

/** What is shared by all recipients for whom the same was found. */
export interface Finding {
  readonly candidates: readonly Candidate[];
  readonly evidence: TlsEvidence | null;
}

/** A choice as it was kept for a delivery. */
export interface Receipt extends Finding {
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
  readonly recipient: string;
  readonly verdict: Protection;
  readonly reason: string;
  readonly key: KeyEvidence | null;
  readonly decidedAt: Date;
}

/** The choices for the deliveries of one message. */
export interface NewReceipts {
  readonly messageId: MessageId;
  /** Kept with the first receipts of a message. */
  readonly decision: Decision;
  readonly receipts: readonly { readonly deliveryId: DeliveryId; readonly choice: RecipientChoice }[];
}
