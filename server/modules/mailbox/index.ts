export type { Arrival } from './arrival.ts';
export type { FolderRole } from './folder.ts';
export { createMailboxModule, type MailboxModule } from './module.ts';
export type { Placement } from './place-messages.ts';
export type { MailboxPorts } from './ports.ts';
