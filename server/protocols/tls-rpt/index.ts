export { composeTlsReportMail } from './compose-report-mail.ts';
export { maxReportSize, readTlsReport, type ReadReport } from './read-report.ts';
export { readTlsReportMail } from './read-report-mail.ts';
export { tlsReportSender } from './report-mail-header.ts';
export { parseTlsRptRecord, type ReportTargets } from './record.ts';
export {
  policyTypes,
  resultTypes,
  type PolicyReport,
  type PolicyType,
  type ResultType,
  type TlsReport,
} from './report.ts';
export { packTlsReport } from './write-report.ts';
