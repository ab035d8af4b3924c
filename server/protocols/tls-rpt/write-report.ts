import { gzipSync } from 'node:zlib';
import type { FailureDetail, PolicyReport, TlsReport } from './report.ts';

/** The JSON of a report (RFC 8460 §4). */
export function formatTlsReport(report: TlsReport): string {
  return JSON.stringify({
    'organization-name': report.organization,
    'date-range': { 'start-datetime': instant(report.from), 'end-datetime': instant(report.to) },
    'contact-info': report.contact,
    'report-id': report.reportId,
    policies: report.policies.map(formatPolicy),
  });
}

/** As it travels: gzip (RFC 8460 §5.2). */
export function packTlsReport(report: TlsReport): Buffer {
  return gzipSync(formatTlsReport(report));
}

/** RFC 3339 without fractions. */
const instant = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');

function formatPolicy({ type, domain, policy, mxHosts, succeeded, failed, failures }: PolicyReport): object {
  return {
    policy: {
      'policy-type': type,
      ...(policy.length > 0 ? { 'policy-string': policy } : {}),
      'policy-domain': domain,
      ...(mxHosts.length > 0 ? { 'mx-host': mxHosts } : {}),
    },
    summary: { 'total-successful-session-count': succeeded, 'total-failure-session-count': failed },
    ...(failures.length > 0 ? { 'failure-details': failures.map(formatFailure) } : {}),
  };
}

function formatFailure({
  result,
  sessions,
  sendingIp,
  receivingMx,
  receivingIp,
  reason,
}: FailureDetail): object {
  return {
    'result-type': result,
    ...(sendingIp === undefined ? {} : { 'sending-mta-ip': sendingIp }),
    ...(receivingMx === undefined ? {} : { 'receiving-mx-hostname': receivingMx }),
    ...(receivingIp === undefined ? {} : { 'receiving-ip': receivingIp }),
    'failed-session-count': sessions,
    ...(reason === undefined ? {} : { 'failure-reason-code': reason }),
  };
}
