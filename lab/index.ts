export { createLab, type Lab, type LabOptions } from './lab.ts';
export { openLabPartners, type LabPartners } from './partners/lab-partners.ts';
export { anyLabNetwork } from './network.ts';
export {
  sendAsStranger,
  submitAsMailProgram,
  type Letter,
  type MailProgram,
  type SendResult,
  type ServerAddress,
} from './clients.ts';
export { settle } from './settle.ts';
export { labRoutes, type LabRoutePorts } from './http/routes.ts';
export { registerLabPages, type LabPagePorts } from './http/register-pages.ts';
export { describeCredentials, type LabCredentials } from './seed/credentials.ts';
export { seedLakeside, type SeedPorts } from './seed/seed-lakeside.ts';
export { readMessage, type ReadMessage } from './inbox/read-message.ts';
export type { LabInbox } from './inbox/lab-inbox.ts';
export type { LabMessage } from './inbox/lab-message.ts';
export {
  labDomains,
  type LabDomain,
  type LabManner,
  type LabServer,
  type LabTls,
} from './servers/lab-domain.ts';
