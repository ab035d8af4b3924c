export { createProtectionModule } from './module.ts';
export type { ProtectionModule, ProtectionOptions, ProtectionPorts } from './module.ts';
export type { AddressProblem, Candidate, RecipientChoice } from './choice.ts';
export type { ChooseRequest } from './choose-for-recipients.ts';
export type { MailRoute, RouteHost } from './mail-route.ts';
export type { NewReceipts, Receipt } from './receipt.ts';
export type { ConnectionVerdict } from './verify-connection.ts';
