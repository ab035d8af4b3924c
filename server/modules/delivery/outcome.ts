import type { DeliveryState } from '#contract/delivery.ts';
import type { Protection } from '#contract/protection.ts';
import type { ClaimedDelivery } from './delivery.ts';
import { lanes, nextAttemptAt, spreadOf } from './lanes.ts';
import type { ReasonCode } from './reasons.ts';

/** What one conversation came to, for one recipient. */
export type AttemptOutcome =
  | { readonly kind: 'delivered' } // 2xx after the last byte
  | { readonly kind: 'deferred'; readonly because: ReasonCode } // 4xx, or nobody reached
  | { readonly kind: 'refused'; readonly because: ReasonCode } // 5xx: trying again is pointless
  | { readonly kind: 'weaker'; readonly because: ReasonCode } // the connection proves less than was promised; nothing was sent
  | { readonly kind: 'uncertain' } // lost after the last byte
  | { readonly kind: 'revoked' }; // taken back before the last byte

/** What the other server said, if it answered. The text is its own and may name people. */
export interface ServerWords {
  readonly replyCode?: number;
  /** RFC 3463. */
  readonly status?: string;
  readonly reply?: string;
}

export type AttemptResult = AttemptOutcome &
  ServerWords & {
    readonly host?: string;
    readonly evidence?: unknown;
    /** The server takes what is asked of reports upon itself (RFC 3461). */
    readonly dsnOffered?: boolean;
  };

/** What becomes of the delivery. */
export interface NextState {
  readonly state: Extract<
    DeliveryState,
    'delivered' | 'deferred' | 'uncertain' | 'offered' | 'bounced' | 'revoked' | 'held'
  >;
  readonly reason: ReasonCode;
  readonly protection: Protection;
  /** Null: nothing happens by itself. */
  readonly nextAttemptAt: Date | null;
}

/** Refusals of the message and not of its recipient: the recipient can still have it. */
const portalInstead: Partial<Record<ReasonCode, ReasonCode>> = {
  'too-large-for-server': 'portal-too-large',
  'not-supported-by-server': 'portal-not-supported',
};

type Weighed = Pick<
  ClaimedDelivery,
  'deliveryId' | 'purpose' | 'lane' | 'attempt' | 'giveUpAt' | 'protection'
>;

/** No person can have these sent. */
const lostHere: ReadonlySet<ReasonCode> = new Set([
  'content-destroyed',
  'content-unreadable',
  'address-unreadable',
]);

/** The rules from an outcome to the next state. Pure. */
export function nextState(delivery: Weighed, outcome: AttemptOutcome, now: Date): NextState {
  const next = ordinaryState(delivery, outcome, now);
  // The archive must get it: a person decides, and nothing is lost until then.
  return delivery.purpose === 'journal' && next.state === 'bounced' && !lostHere.has(next.reason)
    ? { ...next, state: 'held', reason: 'archive-refused' }
    : next;
}

function ordinaryState(delivery: Weighed, outcome: AttemptOutcome, now: Date): NextState {
  const { protection } = delivery;
  const mayBeOffered = delivery.purpose === 'message';
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'delivered', reason: 'accepted-by-server', protection, nextAttemptAt: null };
    case 'revoked':
      return { state: 'revoked', reason: 'taken-back', protection, nextAttemptAt: null };
    case 'refused': {
      const instead = mayBeOffered ? portalInstead[outcome.because] : undefined;
      if (instead !== undefined)
        return { state: 'offered', reason: instead, protection: 'portal', nextAttemptAt: null };
      return { state: 'bounced', reason: outcome.because, protection, nextAttemptAt: null };
    }
    case 'weaker':
      // Never to less: what may wait in the portal waits there at once.
      if (mayBeOffered)
        return { state: 'offered', reason: outcome.because, protection: 'portal', nextAttemptAt: null };
      // RFC 8689 §4.2.1: waiting would not help
      if (outcome.because === 'portal-requiretls')
        return { state: 'bounced', reason: 'requiretls-needed', protection, nextAttemptAt: null };
      return later(delivery, 'tls-needed', now);
    case 'uncertain': {
      const next = lanes[delivery.lane].whenUncertain === 'retry' ? afterWait(delivery, now) : undefined;
      return { state: 'uncertain', reason: 'lost-after-last-byte', protection, nextAttemptAt: next ?? null };
    }
    case 'deferred':
      return later(delivery, outcome.because, now);
  }
}

const afterWait = ({ deliveryId, lane, attempt, giveUpAt }: Weighed, now: Date): Date | undefined =>
  nextAttemptAt(lane, attempt, now, giveUpAt, spreadOf(deliveryId));

function later(delivery: Weighed, because: ReasonCode, now: Date): NextState {
  const { protection } = delivery;
  // What stopped on our side before anything was said to the server has cost the server nothing.
  const next = because === 'interrupted' ? now : afterWait(delivery, now);
  if (next !== undefined) return { state: 'deferred', reason: because, protection, nextAttemptAt: next };
  if (because !== 'tls-needed' && because !== 'server-unproven') {
    const reason = because === 'content-missing' ? 'content-unreadable' : 'gave-up';
    return { state: 'bounced', reason, protection, nextAttemptAt: null };
  }
  // The server could be reached, only not securely: then so can its owner, by a notice.
  return delivery.purpose === 'message'
    ? { state: 'offered', reason: 'portal-tls-refused', protection: 'portal', nextAttemptAt: null }
    : { state: 'bounced', reason: because, protection, nextAttemptAt: null };
}
