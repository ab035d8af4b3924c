/** The local part that reports come from and go to: by it, conversations about reports are told apart. */
export const tlsReportSender = 'tls-reports';

export interface ReportMailHeader {
  /** The domain that is reported on. */
  readonly domain: string;
  /** Our own, of the organisation that sent. */
  readonly submitter: string;
  readonly from: string;
  readonly to: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly date: Date;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The fields that RFC 8460 §5.3 asks for. TLS-Required: No, so that a report also gets through where TLS is what is broken (RFC 8689 §5). */
export function composeMailHeader(
  reportId: string,
  { domain, submitter, from, to, messageId, date }: ReportMailHeader,
): string[] {
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = `${days[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return [
    `From: <${from}>`,
    `To: <${to}>`,
    `Date: ${day} ${time} +0000`,
    `Subject: Report Domain: ${domain}`,
    ` Submitter: ${submitter}`,
    ` Report-ID: <${reportId}>`,
    `Message-ID: <${messageId}>`,
    `TLS-Report-Domain: ${domain}`,
    `TLS-Report-Submitter: ${submitter}`,
    'TLS-Required: No',
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
  ];
}
