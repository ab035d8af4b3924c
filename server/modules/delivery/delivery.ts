import type { DeliveryState, RecipientKind } from '#contract/delivery.ts';
import type { DeliveryId, ForwardingId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { Protection } from '#contract/protection.ts';
import type { LetterId } from '#modules/pickup/index.ts';
import type { DsnRequest } from '#protocols/dsn/index.ts';
import type { FirstState } from './delivery-state.ts';
import type { LaneName } from './lanes.ts';
import type { ReasonCode } from './reasons.ts';

/** On whose account what was received goes on to people elsewhere. */
export type Onward =
  | {
      readonly kind: 'forwarding';
      readonly forwardingId: ForwardingId;
      /** The address that forwards: reports name it, and not where it forwards to (RFC 3464 §4.2). */
      readonly address: string;
      /** Who hears of a failure: who sent it, where that is proven; null: nobody. */
      readonly reportTo: string | null;
    }
  | { readonly kind: 'returning'; readonly domain: string }; // a report, back to who sent what an address at the domain forwarded

/** One recipient of a message, as the decision leaves it. */
export interface NewDelivery {
  readonly organizationId: OrganizationId;
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
  /** Null: it was received, and is passed on. */
  readonly senderId: UserId | null;
  readonly address: string;
  readonly kind: RecipientKind;
  /** What the sender asked of reports; null where nothing. */
  readonly dsn: DsnRequest | null;
  /** Only to servers that pass the demand on (RFC 8689). */
  readonly requireTls?: true;
  /** Envelope sender. */
  readonly returnPath: string;
  /** Of the whole message. */
  readonly sizeBytes: number;
  readonly category: MessageCategory;
  /** Absent where it is passed on to the organisation's own server, or was not received at all. */
  readonly onward?: Onward;
  /** Default: that of the category. */
  readonly lane?: 'journal';
  /** What was promised; delivery never goes below it. */
  readonly protection: Protection;
  /** Days that it may wait in the portal, should it have to. */
  readonly offerDays: number;
  readonly state: FirstState;
  readonly reason: ReasonCode;
}

/** What is sent to one address: a person's message, a letter of pickup's, what was received for somebody elsewhere, or a copy for the archive. */
export type Purpose =
  | { readonly purpose: 'message'; readonly senderId: UserId; readonly letterId: null }
  | { readonly purpose: 'letter'; readonly senderId: null; readonly letterId: LetterId }
  | { readonly purpose: 'forward' | 'journal'; readonly senderId: null; readonly letterId: null };

/** How a delivery stood when it was claimed. */
export interface BeforeClaim {
  readonly state: Extract<DeliveryState, 'queued' | 'deferred' | 'uncertain'>;
  readonly since: Date;
  /** When it was due. */
  readonly due: Date;
}

/** A delivery that this process holds, for one attempt. */
export type ClaimedDelivery = Purpose & {
  readonly organizationId: OrganizationId;
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
  readonly address: string;
  /** In look-up form. */
  readonly domain: string;
  /** Its blind index, by which the queue knows it. */
  readonly domainIndex: Buffer;
  /** The servers that its domain had when it was queued; '' when they were not known. */
  readonly destination: string;
  readonly returnPath: string;
  readonly sizeBytes: number;
  readonly lane: LaneName;
  /** The least that the connection must prove. */
  readonly protection: Protection;
  readonly offerDays: number;
  readonly dsn: DsnRequest | null;
  /** Only to servers that pass the demand on (RFC 8689). */
  readonly requireTls?: true;
  readonly onward?: Onward;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly giveUpAt: Date;
  readonly priority: number;
  /** A person asked for this attempt: it does not wait for a rest to end. */
  readonly urged: boolean;
  /** Attempts in a row whose process ended. */
  readonly interruptions: number;
  readonly before: BeforeClaim;
};

/** A delivery as it is shown to its sender. */
export interface Delivery {
  readonly organizationId: OrganizationId;
  readonly deliveryId: DeliveryId;
  readonly messageId: MessageId;
  readonly senderId: UserId | null;
  readonly address: string;
  readonly kind: RecipientKind;
  readonly promised: Protection;
  readonly protection: Protection;
  readonly state: DeliveryState;
  readonly stateSince: Date;
  readonly reason: ReasonCode;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
}

/** A change of state, or an attempt, on the way of a delivery. */
export interface JourneyStep {
  readonly deliveryId: DeliveryId;
  readonly at: Date;
  readonly state: DeliveryState;
  readonly reason: ReasonCode;
}
