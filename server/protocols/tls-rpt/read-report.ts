import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { policyTypes, resultTypes, type PolicyReport, type TlsReport } from './report.ts';

export type ReadReport =
  | { readonly kind: 'report'; readonly report: TlsReport }
  | { readonly kind: 'unreadable'; readonly because: 'too-large' | 'not-gzip' | 'not-json' | 'not-a-report' };

/** Of a report as it comes, bytes. RFC 8460 §5.3 suggests 10 MB; real ones have a few kilobytes. */
export const maxReportSize = 1024 * 1024;
const maxUnpacked = 10 * 1024 * 1024;

const count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).catch(0);
const text = (most: number) =>
  z
    .string()
    .transform((value) =>
      value
        .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
        .trim()
        .slice(0, most),
    )
    .optional()
    .catch(undefined);
const texts = (most: number) =>
  z
    .union([z.array(z.string()), z.string().transform((one) => [one])])
    .transform((list) => list.slice(0, most).map((line) => line.slice(0, 512)))
    .catch([]);
const instant = z.string().transform((value, context) => {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) context.addIssue('no date');
  return date;
});

const Failure = z
  .object({
    'result-type': z
      .string()
      .transform((type) => resultTypes.find((known) => known === type) ?? 'validation-failure'),
    'sending-mta-ip': text(64),
    'receiving-mx-hostname': text(255),
    'receiving-ip': text(64),
    'failed-session-count': count,
    'failure-reason-code': text(512),
  })
  .transform((given) => ({
    result: given['result-type'],
    sessions: given['failed-session-count'],
    sendingIp: given['sending-mta-ip'],
    receivingMx: given['receiving-mx-hostname'],
    receivingIp: given['receiving-ip'],
    reason: given['failure-reason-code'],
  }));

const Policy = z
  .object({
    policy: z.object({
      'policy-type': z
        .string()
        .transform((type) => policyTypes.find((known) => known === type) ?? 'no-policy-found'),
      'policy-domain': text(255),
      'policy-string': texts(64),
      'mx-host': texts(64),
    }),
    summary: z
      .object({ 'total-successful-session-count': count, 'total-failure-session-count': count })
      .catch({ 'total-successful-session-count': 0, 'total-failure-session-count': 0 }),
    'failure-details': z.array(z.unknown()).max(10_000).catch([]),
  })
  .transform(({ policy, summary, 'failure-details': details }): PolicyReport => ({
    type: policy['policy-type'],
    domain: (policy['policy-domain'] ?? '').toLowerCase().replace(/\.$/, ''),
    policy: policy['policy-string'],
    mxHosts: policy['mx-host'],
    succeeded: summary['total-successful-session-count'],
    failed: summary['total-failure-session-count'],
    failures: details.slice(0, 500).flatMap((detail) => {
      const read = Failure.safeParse(detail);
      return read.success ? [read.data] : [];
    }),
  }));

const Report = z.object({
  'report-id': text(255),
  'organization-name': text(255),
  'contact-info': text(255),
  'date-range': z.object({ 'start-datetime': instant, 'end-datetime': instant }),
  policies: z.array(Policy).max(1_000),
});

/** Reads the JSON of a report (RFC 8460 §4), gzipped or not: gzip is recognised by its first two octets. */
export function readTlsReport(bytes: Buffer): ReadReport {
  if (bytes.length > maxReportSize) return { kind: 'unreadable', because: 'too-large' };
  const json = unpack(bytes);
  if (typeof json === 'string') return { kind: 'unreadable', because: json };
  let value: unknown;
  try {
    value = JSON.parse(json.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return { kind: 'unreadable', because: 'not-json' };
  }
  const read = Report.safeParse(value);
  if (!read.success) return { kind: 'unreadable', because: 'not-a-report' };
  const { data } = read;
  return {
    kind: 'report',
    report: {
      reportId: data['report-id'] ?? '',
      organization: data['organization-name'] ?? '',
      contact: data['contact-info'] ?? '',
      from: data['date-range']['start-datetime'],
      to: data['date-range']['end-datetime'],
      policies: data.policies,
    },
  };
}

function unpack(bytes: Buffer): Buffer | 'too-large' | 'not-gzip' {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxUnpacked });
  } catch (error) {
    return error instanceof RangeError ? 'too-large' : 'not-gzip';
  }
}
