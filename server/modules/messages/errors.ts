import { CarepostError } from '#platform/errors.ts';

export type MessagesErrorCode =
  | 'not-found' // no such message or part in this organisation
  | 'gone' // its content has been destroyed
  | 'too-large' // above the size limit, or its header section above 256 KiB
  | 'invalid-message' // the header section is not RFC 5322
  | 'unreadable-message' // its MIME structure is beyond the limits of reading; the raw message can still be had
  | 'reading-busy' // too many messages are being read just now; trying again helps
  | 'conflict'; // a message with this id is stored already

export class MessagesError extends CarepostError<MessagesErrorCode> {}

export function messageNotFound(): MessagesError {
  return new MessagesError('not-found', 'There is no such message.');
}

export function contentDestroyed(): MessagesError {
  return new MessagesError('gone', 'The content of this message has been destroyed.');
}
