import type { MessageId, UserId } from '#contract/ids.ts';
import { defineEvent } from '#platform/events/event.ts';
import type { OpenedFinding } from './opened-finding.ts';

/** A message that waited to be opened is ready for those it came for. */
export const messageOpened = defineEvent<{
  /** What people see: what was under the protection, or the message that came where nothing could be taken out. */
  messageId: MessageId;
  originalId: MessageId;
  recipientUserIds: readonly UserId[];
  /** As it was given when the message began to wait. */
  arrival: object;
  receivedAt: string;
  finding: OpenedFinding | null;
  /** People have had the original, closed: this takes its place. */
  again?: true;
}>('protection.message-opened');
