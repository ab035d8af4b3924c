export { composeDsn } from './compose-dsn.ts';
export { statusForReply } from './enhanced-status.ts';
export { readDeliveryStatus, type DeliveryStatus, type ReportedRecipient } from './read-delivery-status.ts';
export { readReportParts, type ReportParts } from './report-parts.ts';
export type { DsnReport, RecipientReport } from './report.ts';
export { wantsReport, type DsnRequest, type NotifyWord } from './request.ts';
