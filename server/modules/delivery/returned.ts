import type { BounceReason } from '#protocols/bounce/index.ts';
import type { ReasonCode } from './reasons.ts';

/** What the closed words of a bounce are for its sender. */
const reasons: Partial<Record<BounceReason, ReasonCode>> = {
  'mailbox-unknown': 'mailbox-unknown',
  'mailbox-moved': 'mailbox-moved',
  'mailbox-full': 'mailbox-full',
  'mailbox-disabled': 'mailbox-disabled',
  'host-unknown': 'returned-no-server',
  'too-large': 'too-large-for-server',
  expired: 'returned-late',
  'network-error': 'returned-late',
  spam: 'returned-as-spam',
  virus: 'returned-as-spam',
  'bad-reputation': 'returned-as-spam',
};

/** Why a message that had been accepted came back. */
export function reasonOfReturn(reason: BounceReason): ReasonCode {
  return reasons[reason] ?? 'returned-by-server';
}
