export { composeDsn } from './compose-dsn.ts';
export { enhancedStatusOf, statusForReply } from './enhanced-status.ts';
export type { DsnReport, RecipientReport } from './report.ts';
