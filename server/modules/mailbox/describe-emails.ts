import type { MessageId, UserId } from '#contract/ids.ts';
import type { HeaderMailbox, MessageContent } from '#contract/messages.ts';
import { MessagesError, type MessageSummary } from '#modules/messages/index.ts';
import { previewOf } from '#protocols/mime/index.ts';
import { readHeader, readHeaders, readPartTree, type Json, type JsonObject } from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { describeArrival, type Arrival } from './arrival.ts';
import { formatBlobId } from './blob-id.ts';
import { describeBody, type BodyRequest } from './describe-body.ts';
import type { Email } from './email.ts';
import { depthOfProperty, headerPropertiesOf } from './email-properties.ts';
import { openKeywords } from './keyword.ts';
import type { MailboxPorts } from './ports.ts';

export type EmailRequest = BodyRequest;

type Ports = Pick<MailboxPorts, 'messages' | 'keyring' | 'clock'>;
type EmailObject = JsonObject & { readonly id: string };

/** Messages that are read at the same time: each takes its size in memory. */
const atOnce = 4;

/** Indexing takes about a second; after this time an empty preview is the preview. */
const freshMs = 60_000;

/** What describing emails takes, read in one transaction. */
export interface FoundEmails {
  readonly emails: readonly Email[];
  /** Empty when nothing but plain facts is asked for. */
  readonly summaries: readonly MessageSummary[];
  readonly blindCopies: ReadonlyMap<MessageId, readonly string[]>;
}

/** Emails as RFC 8621 §4 has them, with the properties asked for, in the order given. */
export async function describeEmails(
  ports: Ports,
  account: AccountRef,
  { emails, summaries, blindCopies }: FoundEmails,
  request: EmailRequest,
): Promise<EmailObject[]> {
  const byId = new Map(summaries.map((summary) => [summary.messageId, summary]));
  const describe = (email: Email) => {
    const { messageId } = email;
    return describeEmail(ports, account, email, byId.get(messageId), blindCopies.get(messageId), request);
  };
  const list: EmailObject[] = [];
  for (let at = 0; at < emails.length; at += atOnce) {
    list.push(...(await Promise.all(emails.slice(at, at + atOnce).map(describe))));
  }
  return list;
}

async function describeEmail(
  ports: Ports,
  account: AccountRef,
  email: Email,
  summary: MessageSummary | undefined,
  blindCopies: readonly string[] | undefined,
  request: EmailRequest,
): Promise<EmailObject> {
  const { properties } = request;
  const depths = new Set([...properties].map(depthOfProperty));
  const values: JsonObject = {
    ...(await plainValues(ports, account, email)),
    ...(summary !== undefined &&
      summaryValues(await withPreview(ports, account, summary, properties), account)),
    ...((depths.has('header') || depths.has('body')) && (await rawValues(ports, account, email, request))),
    ...(blindCopies !== undefined && { bcc: blindCopies.map((address) => ({ name: null, email: address })) }),
    ...(depths.has('rendered') && (await renderedValues(ports, account, email))),
  };
  const picked = Object.entries(values).filter(
    ([name, value]) => properties.has(name) && value !== undefined,
  );
  return { ...Object.fromEntries(picked), id: email.messageId };
}

async function plainValues(ports: Ports, { organizationId }: AccountRef, email: Email): Promise<JsonObject> {
  const keywords = await openKeywords(ports.keyring, organizationId, email);
  return {
    blobId: formatBlobId({ kind: 'message', messageId: email.messageId }),
    threadId: email.threadId,
    mailboxIds: Object.fromEntries(email.folderIds.map((folderId) => [folderId, true])),
    keywords: Object.fromEntries(keywords.map((keyword) => [keyword, true])),
    size: email.sizeBytes,
    receivedAt: formatUtcDate(email.receivedAt),
    'carepost:arrival': email.arrival === null ? null : arrivalValues(email.arrival),
  };
}

function arrivalValues(arrival: Arrival): JsonObject {
  const { opened, ...words } = describeArrival(arrival);
  return { ...words, ...(opened !== undefined && { opened: opened.map((each) => ({ ...each })) }) };
}

/** RFC 8620 §1.4 UTCDate: without a fraction. */
export function formatUtcDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function summaryValues(summary: MessageSummary, { userId }: AccountRef): JsonObject {
  return {
    subject: summary.subject === '' ? null : summary.subject.normalize('NFC'),
    from: addresses(summary.from),
    to: addresses(summary.to),
    cc: addresses(summary.cc),
    preview: summary.preview,
    hasAttachment: summary.hasAttachment,
    'carepost:category': summary.category,
    'carepost:direction': directionFor(summary, userId),
    'carepost:destroyed': summary.destroyed,
  };
}

/** A colleague's message, one and the same for both, comes in here. */
function directionFor({ direction, authorId }: MessageSummary, userId: UserId): MessageSummary['direction'] {
  return direction === 'outbound' && authorId !== userId ? 'inbound' : direction;
}

/** A message that was stored a moment ago is not indexed yet: what the index will tell is found by reading it. */
async function withPreview(
  ports: Ports,
  { organizationId }: AccountRef,
  summary: MessageSummary,
  properties: ReadonlySet<string>,
): Promise<MessageSummary> {
  const isAsked = properties.has('preview') || properties.has('hasAttachment');
  const isFresh = ports.clock.now().getTime() - summary.storedAt.getTime() < freshMs;
  if (!isAsked || !isFresh || summary.preview !== '' || summary.destroyed) return summary;
  const nothing = { text: '', attachments: [] };
  const content = await readUnlessGone<Pick<MessageContent, 'text' | 'attachments'>>(
    () => ports.messages.readContent(organizationId, summary.messageId),
    nothing,
  );
  return { ...summary, preview: previewOf(content.text), hasAttachment: content.attachments.length > 0 };
}

function addresses(mailboxes: readonly HeaderMailbox[]): Json {
  if (mailboxes.length === 0) return null;
  return mailboxes.map(({ name, address }) => ({ name: name === '' ? null : name, email: address }));
}

async function rawValues(
  ports: Ports,
  { organizationId }: AccountRef,
  email: Email,
  request: EmailRequest,
): Promise<JsonObject> {
  const raw = await readUnlessGone(
    () => ports.messages.readRaw(organizationId, email.messageId),
    Buffer.alloc(0),
  );
  const root = readPartTree(raw);
  const headers = headerPropertiesOf(request.properties).map((header) => [
    header.property,
    readHeader(raw, root.fields, header),
  ]);
  return {
    ...(Object.fromEntries(headers) as JsonObject),
    ...(request.properties.has('headers') && { headers: readHeaders(raw, root.fields) }),
    ...describeBody(email.messageId, raw, root, request),
  };
}

/** HTML that is safe to show: sanitised in a worker with limits. What cannot be read has none. */
async function renderedValues(
  ports: Ports,
  { organizationId }: AccountRef,
  email: Email,
): Promise<JsonObject> {
  const read = () => ports.messages.readContent(organizationId, email.messageId);
  const content = await readUnlessGone<Pick<MessageContent, 'html' | 'blockedRemote'>>(read, {
    html: null,
    blockedRemote: 0,
  });
  return { 'carepost:safeHtml': content.html, 'carepost:blockedRemote': content.blockedRemote };
}

/** What was destroyed or cannot be parsed shows as empty: its summary says so. */
async function readUnlessGone<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MessagesError && (error.code === 'gone' || error.code === 'unreadable-message'))
      return otherwise;
    throw error;
  }
}
