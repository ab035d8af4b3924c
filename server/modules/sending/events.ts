import type { MessageId, UserId } from '#contract/ids.ts';
import { defineEvent } from '#platform/events/event.ts';

/** A message was accepted from its sender: it belongs under Sent. */
export const submitted = defineEvent<{ messageId: MessageId; userId: UserId }>('sending.submitted');

/** A message has reached a mailbox of this server: it belongs in this user's inbox. The event is the recipient's organisation's. */
export const deliveredLocally = defineEvent<{ messageId: MessageId; recipientUserId: UserId }>(
  'sending.delivered-locally',
);
