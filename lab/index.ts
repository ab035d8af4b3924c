export { createLab, type Lab, type LabOptions } from './lab.ts';
export { anyLabNetwork } from './network.ts';
export type { LabInbox } from './inbox/lab-inbox.ts';
export type { LabMessage } from './inbox/lab-message.ts';
export { labDomains, type LabDomain, type LabManner, type LabServer, type LabTls } from './servers/lab-domain.ts';
