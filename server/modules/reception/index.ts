export { createReceptionModule } from './module.ts';
export type { ListenerKind, ListenerOptions, ReceptionListener, ReceptionModule } from './module.ts';
export type { ReceptionPorts } from './ports.ts';
export { ReceptionError } from './errors.ts';
export { received, tlsReportReceived } from './events.ts';
export type { SmtpArrival } from './events.ts';
export type { Doubt, Proof, SenderCodes } from './sender-codes.ts';
