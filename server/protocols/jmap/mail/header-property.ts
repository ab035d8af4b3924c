/** The forms in which a header field can be read or written. RFC 8621 §4.1.2. */
export const headerForms = [
  'asRaw',
  'asText',
  'asAddresses',
  'asGroupedAddresses',
  'asMessageIds',
  'asDate',
  'asURLs',
] as const;

export type HeaderForm = (typeof headerForms)[number];

/** A property such as `header:List-Id:asText:all`. RFC 8621 §4.1.3. */
export interface HeaderProperty {
  /** As asked, for the answer. */
  readonly property: string;
  /** As asked, for writing. */
  readonly name: string;
  /** Lower case. */
  readonly key: string;
  readonly form: HeaderForm;
  /** All fields of the name, or only the last. */
  readonly all: boolean;
}

const addressFields = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'resent-from',
  'resent-sender',
  'resent-reply-to',
  'resent-to',
  'resent-cc',
  'resent-bcc',
];
const idFields = ['message-id', 'in-reply-to', 'references', 'resent-message-id'];
const urlFields = [
  'list-help',
  'list-unsubscribe',
  'list-subscribe',
  'list-post',
  'list-owner',
  'list-archive',
];
const structured = new Map<string, readonly HeaderForm[]>([
  ...addressFields.map((key) => [key, ['asAddresses', 'asGroupedAddresses']] as const),
  ...idFields.map((key) => [key, ['asMessageIds']] as const),
  ...urlFields.map((key) => [key, ['asURLs']] as const),
  ['date', ['asDate']],
  ['resent-date', ['asDate']],
  ['return-path', []],
  ['received', []],
  ['subject', ['asText']],
  ['comments', ['asText']],
  ['keywords', ['asText']],
  ['list-id', ['asText']],
]);

/** Reads a header property; null when it is none, or asks for a form that its field does not have. */
export function parseHeaderProperty(property: string): HeaderProperty | null {
  const [prefix, name = '', ...rest] = property.split(':');
  if (prefix !== 'header' || !/^[!-9;-~]{1,100}$/.test(name)) return null;
  const all = rest.at(-1) === 'all';
  const forms = all ? rest.slice(0, -1) : rest;
  const form = forms[0] ?? 'asRaw';
  if (forms.length > 1 || !isHeaderForm(form)) return null;
  const key = name.toLowerCase();
  const allowed = structured.get(key) ?? headerForms;
  if (form !== 'asRaw' && !allowed.includes(form)) return null;
  return { property, name, key, form, all };
}

function isHeaderForm(form: string): form is HeaderForm {
  return (headerForms as readonly string[]).includes(form);
}

/** The Email properties that are short for a header property. RFC 8621 §4.1.3. */
export const headerShorthands: Readonly<Record<string, HeaderProperty>> = Object.freeze(
  Object.fromEntries(
    (
      [
        ['messageId', 'Message-ID', 'asMessageIds'],
        ['inReplyTo', 'In-Reply-To', 'asMessageIds'],
        ['references', 'References', 'asMessageIds'],
        ['sender', 'Sender', 'asAddresses'],
        ['from', 'From', 'asAddresses'],
        ['to', 'To', 'asAddresses'],
        ['cc', 'Cc', 'asAddresses'],
        ['bcc', 'Bcc', 'asAddresses'],
        ['replyTo', 'Reply-To', 'asAddresses'],
        ['subject', 'Subject', 'asText'],
        ['sentAt', 'Date', 'asDate'],
      ] as const
    ).map(([property, name, form]) => [
      property,
      { property, name, key: name.toLowerCase(), form, all: false },
    ]),
  ),
);
