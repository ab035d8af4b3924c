import type { MessageId } from '#contract/ids.ts';
import { defineEvent } from '#platform/events/event.ts';

/** A message is stored and committed. */
export const messageStored = defineEvent<{ messageId: MessageId }>('messages.message-stored');

/** The key of a message is gone and with it all that the message said. */
export const contentDestroyedEvent = defineEvent<{ messageId: MessageId; contentId: string }>(
  'messages.content-destroyed',
);
