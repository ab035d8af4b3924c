export { createDeliverabilityModule, type DeliverabilityModule } from './module.ts';
export { createReportMail } from './mail-report.ts';
export { createReportPost } from './post-report.ts';
export type { DeliverabilityPorts, ReportLetter } from './ports.ts';
