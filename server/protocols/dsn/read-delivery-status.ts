/** What a message/delivery-status says of one recipient (RFC 3464 §2.3). */
export interface ReportedRecipient {
  /** Final-Recipient, without its type; '' where only the original one is named. */
  readonly finalRecipient: string;
  /** Original-Recipient, without its type; null where it is not said. */
  readonly originalRecipient: string | null;
  /** Lower case; null for a word that RFC 3464 does not know. */
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded' | null;
  /** RFC 3463, `5.1.1`; null where it is none. */
  readonly status: string | null;
  /** Lower-case type (`smtp`, `x-unix`) and the words. */
  readonly diagnostic: { readonly type: string; readonly text: string } | null;
  readonly remoteMta: string | null;
}

export interface DeliveryStatus {
  /** ENVID of the message, as its sender named it. */
  readonly envelopeId: string | null;
  readonly reportingMta: string | null;
  readonly recipients: readonly ReportedRecipient[];
}

const mostRecipients = 1_000;
const actions = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;

/**
 * Reads the content of a message/delivery-status or message/global-delivery-status part (RFC 3464 §2, RFC 6533 §3),
 * as servers write it: with either line ends, folded anyhow, with blank lines to spare. Never throws; what is not
 * there is null. A group of fields counts as a recipient when it names one.
 */
export function readDeliveryStatus(text: string): DeliveryStatus {
  const groups = text
    .replaceAll('\r\n', '\n')
    .split(/\n(?:[ \t]*\n)+/)
    .map(readFields);
  const message = groups[0] ?? new Map<string, string>();
  const recipients = groups
    .filter((fields) => fields.has('final-recipient') || fields.has('original-recipient'))
    .slice(0, mostRecipients)
    .map(readRecipient);
  return {
    envelopeId: message.get('original-envelope-id') ?? null,
    reportingMta: withoutType(message.get('reporting-mta')),
    recipients,
  };
}

function readFields(group: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of group.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

function readRecipient(fields: ReadonlyMap<string, string>): ReportedRecipient {
  const word = (fields.get('action') ?? '').toLowerCase();
  const diagnostic = fields.get('diagnostic-code');
  const semicolon = diagnostic?.indexOf(';') ?? -1;
  return {
    finalRecipient: bare(withoutType(fields.get('final-recipient')) ?? ''),
    originalRecipient: nullIfEmpty(bare(withoutType(fields.get('original-recipient')) ?? '')),
    action: actions.find((action) => word.startsWith(action)) ?? null,
    status: /(?<![.\d])[245]\.\d{1,3}\.\d{1,3}(?![.\d])/.exec(fields.get('status') ?? '')?.[0] ?? null,
    diagnostic:
      diagnostic === undefined
        ? null
        : {
            type: diagnostic.slice(0, Math.max(0, semicolon)).trim().toLowerCase(),
            text: diagnostic.slice(semicolon + 1).trim(),
          },
    remoteMta: withoutType(fields.get('remote-mta')),
  };
}

/** `rfc822; a@b` without what stands before the semicolon. */
function withoutType(value: string | undefined): string | null {
  return value === undefined ? null : value.slice(value.indexOf(';') + 1).trim();
}

/** Some write the address in angle brackets. */
const bare = (address: string): string => address.replace(/^<(.*)>$/, '$1');

const nullIfEmpty = (text: string): string | null => (text === '' ? null : text);
