import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { countParts } from './count-parts.ts';
import { htmlToText } from './html-to-text.ts';
import {
  bodyLimits,
  type BodyDigest,
  type BodyPart,
  type BodyProblem,
  type PartContent,
  type ReadableBody,
} from './message-body.ts';
import { previewOf } from './preview-text.ts';
import { sanitizeHtml } from './sanitize-html.ts';

/*
 * The part of reading that runs in a worker thread: time and memory of it are a stranger's choice.
 * Each function answers a BodyProblem where a limit is met.
 */

/** A message as a person reads it. */
export async function readBody(raw: Uint8Array): Promise<ReadableBody | BodyProblem> {
  const email = await parse(raw);
  if (typeof email === 'string') return email;
  const sanitized = email.html === undefined ? null : sanitizeHtml(cut(email.html));
  const text = email.text ?? (email.html === undefined ? '' : htmlToText(email.html));
  return {
    text: cut(text),
    html: sanitized?.html ?? null,
    blockedRemote: sanitized?.blockedRemote ?? 0,
    truncated:
      text.length > bodyLimits.shownCharacters || (email.html ?? '').length > bodyLimits.shownCharacters,
    attachments: email.attachments.map((attachment, index) => describe(attachment, index, sanitized?.cids)),
  };
}

/** A message as search and lists need it. */
export async function digestBody(raw: Uint8Array): Promise<BodyDigest | BodyProblem> {
  const email = await parse(raw);
  if (typeof email === 'string') return email;
  const text = email.text?.trim() || (email.html === undefined ? '' : htmlToText(email.html));
  return {
    text: text.slice(0, bodyLimits.searchedCharacters).toWellFormed(),
    preview: previewOf(text),
    attachments: email.attachments.map((attachment, index) => describe(attachment, index)),
  };
}

/** One attachment, decoded; null when there is no such part. */
export async function readPart(raw: Uint8Array, partId: string): Promise<PartContent | null | BodyProblem> {
  const email = await parse(raw);
  if (typeof email === 'string') return email;
  const index = email.attachments.findIndex((_, position) => partIdOf(position) === partId);
  const attachment = email.attachments[index];
  return attachment === undefined
    ? null
    : { part: describe(attachment, index), content: bytesOf(attachment) };
}

async function parse(raw: Uint8Array): Promise<Email | BodyProblem> {
  if (countParts(raw, bodyLimits.parts) > bodyLimits.parts) return 'too-many-parts';
  try {
    return await PostalMime.parse(raw, {
      // An enclosed message is a document, not a part of what its sender says.
      forceRfc822Attachments: true,
      maxNestingDepth: bodyLimits.nesting,
      maxHeadersSize: bodyLimits.headerBytes,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/nesting/i.test(message)) return 'too-deep';
    return /header size/i.test(message) ? 'headers-too-large' : 'unparsable';
  }
}

function describe(attachment: Attachment, index: number, shown?: ReadonlySet<string>): BodyPart {
  const cid = attachment.contentId?.replace(/^\s*<|>\s*$/g, '') ?? null;
  return {
    partId: partIdOf(index),
    filename: safeFilename(attachment.filename ?? ''),
    contentType: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(attachment.mimeType)
      ? attachment.mimeType
      : 'application/octet-stream',
    size: bytesOf(attachment).byteLength,
    inline: cid !== null && shown?.has(cid) === true,
    cid,
  };
}

function partIdOf(index: number): string {
  return String(index + 1);
}

function bytesOf({ content, mimeType }: Attachment): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  const bytes = content instanceof ArrayBuffer ? new Uint8Array(content) : content;
  // The MIME reader ends lines with LF; a message ends them with CRLF (RFC 5322 §2.1), and its signature counts on it.
  return mimeType.startsWith('message/')
    ? Buffer.from(Buffer.from(bytes).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
    : bytes;
}

/** The last segment, without what could deceive or escape: separators, controls, overrides of direction. */
function safeFilename(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const clean = last.toWellFormed().replace(/\p{C}/gu, '').trim().slice(0, 200);
  return /^\.+$/.test(clean) ? '' : clean;
}

function cut(text: string): string {
  return text.length > bodyLimits.shownCharacters
    ? text.slice(0, bodyLimits.shownCharacters).toWellFormed()
    : text;
}
