import { randomUUID } from 'node:crypto';
import {
  composeTlsReportMail,
  packTlsReport,
  parseTlsRptRecord,
  tlsReportSender,
} from '#protocols/tls-rpt/index.ts';
import { buildReport } from './build-report.ts';
import type { DeliverabilityPorts } from './ports.ts';
import { markSettled, selectSessions, selectUnreported, type ReportSubject } from './session-store.ts';

type Ports = Pick<DeliverabilityPorts, 'database' | 'clock' | 'log' | 'resolver' | 'post' | 'mail'>;

const atOnce = 50;

/** Writes the reports about days that are over, to whom wants them (RFC 8460 §5). Answers how many days were settled. */
export async function sendReports(ports: Ports): Promise<number> {
  const today = ports.clock.now().toISOString().slice(0, 10);
  const due = await ports.database.acrossTenants((tx) => selectUnreported(tx, today, atOnce));
  let settled = 0;
  for (const subject of due) if (await settle(ports, subject)) settled += 1;
  return settled;
}

async function settle(ports: Ports, subject: ReportSubject): Promise<boolean> {
  const { organizationId, domain, submitter } = subject;
  const answer = await ports.resolver.txt(`_smtp._tls.${domain}`);
  if (answer.kind === 'temporary') return false; // with the next look
  const targets = answer.kind === 'found' ? parseTlsRptRecord(answer.records) : null;
  const now = ports.clock.now();
  if (targets === null)
    return await ports.database.inTenant(organizationId, (tx) => markSettled(tx, subject, 'not-wanted', now));
  const counted = await ports.database.inTenant(organizationId, (tx) => selectSessions(tx, subject));
  const report = buildReport(subject, counted);
  const packed = packTlsReport(report);
  for (const url of targets.https) {
    if (!(await ports.post(new URL(url), packed))) continue;
    return await ports.database.inTenant(organizationId, (tx) => markSettled(tx, subject, 'sent', now));
  }
  const [to] = targets.mail;
  if (to === undefined) {
    ports.log.warn('deliverability.report-not-taken', { code: 'https' });
    return await ports.database.inTenant(organizationId, (tx) => markSettled(tx, subject, 'failed', now));
  }
  const from = `${tlsReportSender}@${submitter}`;
  const messageId = `${randomUUID()}@${submitter}`;
  const raw = composeTlsReportMail(report, { domain, submitter, from, to, messageId, date: now });
  return await ports.database.inTenant(organizationId, async (tx) => {
    // Mark and message in one commit: never twice, never lost.
    if (!(await markSettled(tx, subject, 'sent', now))) return false;
    await ports.mail(tx, { organizationId, from, to, raw });
    return true;
  });
}
