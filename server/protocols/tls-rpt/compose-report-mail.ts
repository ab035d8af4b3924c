import { composeMailHeader, type ReportMailHeader } from './report-mail-header.ts';
import type { TlsReport } from './report.ts';
import { packTlsReport } from './write-report.ts';

/** A report as a message (RFC 8460 §5.3), CRLF line ends, all ASCII. It must be DKIM-signed before it leaves (§3). */
export function composeTlsReportMail(report: TlsReport, header: ReportMailHeader): Buffer {
  const boundary = `tls-rpt-${header.messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 40)}`;
  const { domain, submitter } = header;
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
  const filename = `${submitter}!${domain}!${seconds(report.from)}!${seconds(report.to)}.json.gz`; // §5.1
  const lines = [
    ...composeMailHeader(report.reportId, header),
    `Content-Type: multipart/report; report-type="tlsrpt"; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is a report about TLS connections from ${submitter} to the mail servers of`,
    `${domain} (RFC 8460). It was made by a program.`,
    '',
    `--${boundary}`,
    'Content-Type: application/tlsrpt+gzip',
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${filename}"`,
    '',
    ...(packTlsReport(report)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'ascii');
}
