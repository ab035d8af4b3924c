export type {
  Accepted,
  Author,
  Channel,
  Recipient,
  Refused,
  SendCommand,
  Sender,
  SendOptions,
} from './command.ts';
export { SendingError, type EntryProblem, type SendingErrorCode } from './errors.ts';
export { deliveredLocally, submitted } from './events.ts';
export { createSendingModule, type RecipientStatus, type SendingModule } from './module.ts';
export type { SendingPorts } from './ports.ts';
export type { PreviewRequest, RecipientPreview } from './preview.ts';
