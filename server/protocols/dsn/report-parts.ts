import { decodeTransfer, parseHeaderSection, readEntity, type HeaderSection } from '#protocols/mime/index.ts';

/** What a message that came back is made of. */
export interface ReportParts {
  readonly section: HeaderSection;
  /** The words for people. */
  readonly notification: string;
  /** Content of message/delivery-status; null where there is none. */
  readonly deliveryStatus: string | null;
  /** Content of message/feedback-report (RFC 5965); null where there is none. */
  readonly feedbackReport: string | null;
  /** The returned message or its header, as it came; null where it is not returned. */
  readonly returned: Buffer | null;
}

const mostParts = 20;

/**
 * Takes a report apart, forgivingly: reports are written by programs of forty years. A boundary that is not kept,
 * a part without a header or a type that is not known leaves less to read, and is no error. Null when the header
 * of the whole cannot be read.
 */
export function readReportParts(raw: Buffer): ReportParts | null {
  const header = parseHeaderSection(raw);
  const whole = readEntity(raw);
  if (!header.ok) return null;
  const { section } = header;
  const body = raw.subarray(section.bodyStart);
  const boundary = whole.ok ? whole.entity.parameters.get('boundary') : undefined;
  if (!whole.ok || !whole.entity.type.startsWith('multipart/') || boundary === undefined || boundary === '') {
    const text = whole.ok ? decodeTransfer(body, whole.entity.encoding).content : body;
    return {
      section,
      notification: text.toString('utf8'),
      deliveryStatus: null,
      feedbackReport: null,
      returned: null,
    };
  }
  let notification: string | null = null;
  let deliveryStatus: string | null = null;
  let feedbackReport: string | null = null;
  let returned: Buffer | null = null;
  for (const part of partsOf(body, boundary)) {
    const read = readEntity(part);
    if (!read.ok) continue;
    const { type, encoding, body: content } = read.entity;
    const decoded = decodeTransfer(content, encoding).content;
    if (type === 'message/delivery-status' || type === 'message/global-delivery-status')
      deliveryStatus ??= decoded.toString('utf8');
    else if (type === 'message/feedback-report') feedbackReport ??= decoded.toString('utf8');
    else if (type.startsWith('message/') || type === 'text/rfc822-headers') returned ??= decoded;
    else if (type.startsWith('text/')) notification ??= decoded.toString('utf8');
  }
  return { section, notification: notification ?? '', deliveryStatus, feedbackReport, returned };
}

/** What stands between lines that begin with the boundary; what is before the first is for nobody (RFC 2046 §5.1.1). */
function partsOf(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  let start = text.indexOf(delimiter);
  while (start >= 0 && parts.length < mostParts) {
    const lineEnd = text.indexOf('\r\n', start + delimiter.length);
    if (lineEnd < 0) break;
    const next = text.indexOf(delimiter, lineEnd);
    parts.push(text.subarray(lineEnd + 2, next < 0 ? text.length : next));
    start = next;
  }
  return parts;
}
