import {
  headerShorthands,
  JmapMethodError,
  parseHeaderProperty,
  type HeaderProperty,
} from '#protocols/jmap/index.ts';

/** Properties of ours, under this capability. */
export const carepostCapability = 'urn:carepost:mail';

/** How deep a property reaches into a message: decides what is read, and what the audit log is told. */
export type Depth =
  | 'plain' // facts about the message: no person, no word
  | 'summary' // subject, people, preview: as lists show them
  | 'header' // further header fields
  | 'body' // structure and content
  | 'rendered'; // HTML made safe to show

const depths = new Map<string, Depth>([
  ...['id', 'blobId', 'threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt', 'carepost:arrival'].map(
    (name) => [name, 'plain'] as const,
  ),
  ...['subject', 'from', 'to', 'cc', 'preview', 'hasAttachment'].map((name) => [name, 'summary'] as const),
  ...['carepost:category', 'carepost:direction', 'carepost:destroyed'].map(
    (name) => [name, 'summary'] as const,
  ),
  ...['messageId', 'inReplyTo', 'references', 'sender', 'bcc', 'replyTo', 'sentAt', 'headers'].map(
    (name) => [name, 'header'] as const,
  ),
  ...['bodyStructure', 'bodyValues', 'textBody', 'htmlBody', 'attachments'].map(
    (name) => [name, 'body'] as const,
  ),
  ...['carepost:safeHtml', 'carepost:blockedRemote'].map((name) => [name, 'rendered'] as const),
]);

/** RFC 8621 §4.2. */
export const defaultEmailProperties = [
  'id',
  'blobId',
  'threadId',
  'mailboxIds',
  'keywords',
  'size',
  'receivedAt',
  'messageId',
  'inReplyTo',
  'references',
  'sender',
  'from',
  'to',
  'cc',
  'bcc',
  'replyTo',
  'subject',
  'sentAt',
  'hasAttachment',
  'preview',
  'bodyValues',
  'textBody',
  'htmlBody',
  'attachments',
];

/** RFC 8621 §4.2. */
export const defaultBodyProperties = [
  'partId',
  'blobId',
  'size',
  'name',
  'type',
  'charset',
  'disposition',
  'cid',
  'language',
  'location',
];

const bodyPropertyNames = new Set([...defaultBodyProperties, 'headers', 'subParts']);

export function depthOfProperty(name: string): Depth | null {
  return depths.get(name) ?? (parseHeaderProperty(name) === null ? null : 'header');
}

/** Carepost's own properties are there only for who asked for the capability: others would not expect them. */
export function isEmailProperty(name: string): boolean {
  return depthOfProperty(name) !== null;
}

/** Header properties among `names`: `subject` and its like, and `header:…`. */
export function headerPropertiesOf(names: Iterable<string>): HeaderProperty[] {
  return [...names].flatMap((name) => headerShorthands[name] ?? parseHeaderProperty(name) ?? []);
}

/** Throws invalidArguments for a property that body parts do not have. */
export function checkBodyProperties(names: readonly string[]): ReadonlySet<string> {
  for (const name of names) {
    if (!bodyPropertyNames.has(name) && parseHeaderProperty(name) === null) {
      throw new JmapMethodError('invalidArguments', 'bodyProperties: one is unknown');
    }
  }
  return new Set(names);
}
