export { createMessagesModule } from './module.ts';
export type { MessagesModule, MessagesPorts } from './module.ts';
export { messageStored, contentDestroyedEvent } from './events.ts';
export { MessagesError } from './errors.ts';
export type { MessagesErrorCode } from './errors.ts';
export type { IntakeOptions, MessageIntake } from './intake.ts';
export type { ContentId, IntakeReceipt, NewMessage, StoredMessage } from './message.ts';
export type { MessageSummary } from './summarize-messages.ts';
export type { DestroyReason } from './destroy-content.ts';
