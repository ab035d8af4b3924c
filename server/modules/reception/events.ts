import type { MessageId, UserId } from '#contract/ids.ts';
import type { QuarantineReason } from '#contract/quarantine.ts';
import { defineEvent } from '#platform/events/event.ts';

import type { SenderCodes } from './sender-codes.ts';

/** How a message came to us: codes and versions only. */
export interface SmtpArrival {
  readonly how: 'smtp';
  /** Of the last step, to us; null when it was in the clear. */
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  /** Who wrote it, as far as that is proven; absent in what came before this was looked at. */
  readonly sender?: SenderCodes;
  /** It says that it is signed or encrypted as a whole: it is opened before people get it. */
  readonly wrapped?: true;
  /** It was in quarantine until a person released it. */
  readonly heldBack?: { readonly reason: QuarantineReason; readonly since: string };
}

/** A message from another server is stored and committed, for these users. */
export const received = defineEvent<{
  messageId: MessageId;
  recipientUserIds: readonly UserId[];
  arrival: SmtpArrival;
}>('reception.received');

/** A stored message was sent to where a domain of ours asks for TLS reports (RFC 8460). An event of its own: few messages are. */
export const tlsReportReceived = defineEvent<{ messageId: MessageId }>('reception.tls-report-received');
