export { composeDsn } from './compose-dsn.ts';
export { statusForReply } from './enhanced-status.ts';
export type { DsnReport, RecipientReport } from './report.ts';
export { wantsReport, type DsnRequest, type NotifyWord } from './request.ts';
