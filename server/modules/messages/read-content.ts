import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { MessageContent } from '#contract/messages.ts';
import {
  parseHeaderSection,
  readEssentialHeaders,
  type BodyProblem,
  type EssentialHeaders,
  type MessageParser,
} from '#protocols/mime/index.ts';
import { MessagesError } from './errors.ts';
import { readRaw, type ReadPorts } from './read-raw.ts';

export interface ContentPorts extends ReadPorts {
  readonly parser: MessageParser;
}

/**
 * A message as a person reads it. The caller has checked that this person may, and records it.
 * Throws MessagesError 'not-found', 'gone', 'unreadable-message' or 'reading-busy'.
 */
export async function readContent(
  ports: ContentPorts,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<MessageContent> {
  const raw = await readRaw(ports, organizationId, messageId);
  const body = await ports.parser.read(raw);
  if (typeof body === 'string') throw unreadable(body);
  const headers = headersOf(raw);
  return {
    subject: headers.subject,
    from: [...headers.from],
    to: [...headers.to],
    cc: [...headers.cc],
    replyTo: [...headers.replyTo],
    date: headers.date?.toISOString() ?? null,
    messageIdHeader: headers.messageId,
    text: body.text,
    html: body.html,
    blockedRemote: body.blockedRemote,
    truncated: body.truncated,
    attachments: [...body.attachments],
  };
}

export interface AttachmentContent {
  readonly filename: string;
  /** As the sender declared it: serve it as a download only. */
  readonly contentType: string;
  readonly content: Buffer;
}

/** Throws as `readContent`; 'not-found' also when the message has no such part. */
export async function readAttachment(
  ports: ContentPorts,
  organizationId: OrganizationId,
  messageId: MessageId,
  partId: string,
): Promise<AttachmentContent> {
  const found = await ports.parser.part(await readRaw(ports, organizationId, messageId), partId);
  if (found === null) throw new MessagesError('not-found', 'The message has no such attachment.');
  if (typeof found === 'string') throw unreadable(found);
  const { part, content } = found;
  return {
    filename: part.filename,
    contentType: part.contentType,
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  };
}

/** The header that was checked when the message came in. */
export function headersOf(raw: Buffer): EssentialHeaders {
  const parsed = parseHeaderSection(raw);
  return readEssentialHeaders(parsed.ok ? parsed.section : { fields: [], fieldsEnd: 0, bodyStart: 0 });
}

function unreadable(problem: BodyProblem): MessagesError {
  if (problem === 'too-busy')
    return new MessagesError('reading-busy', 'Too many messages are being read just now. Try again.');
  return new MessagesError('unreadable-message', explanations[problem]);
}

const explanations: Record<Exclude<BodyProblem, 'too-busy'>, string> = {
  'too-many-parts': 'The message consists of too many parts to be shown.',
  'too-deep': 'The parts of the message are nested too deeply to be shown.',
  'headers-too-large': 'The headers of the parts are too large for the message to be shown.',
  'too-slow': 'It takes too long to read this message.',
  'too-much-memory': 'It takes too much memory to read this message.',
  unparsable: 'The message cannot be read.',
};
