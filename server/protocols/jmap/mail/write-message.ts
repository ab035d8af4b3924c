import { randomBytes } from 'node:crypto';
import { encode, wrap } from 'nodemailer/lib/qp';
import { writeField } from './write-header.ts';
import type { EmailDraft, PartDraft } from './email-draft.ts';

/** The content of a blob that a draft refers to. */
export interface DraftBlob {
  readonly content: Buffer;
  readonly type: string;
}

export interface WriteOptions {
  readonly blobs: ReadonlyMap<string, DraftBlob>;
  /** Without angle brackets; written unless the draft brings its own. RFC 8621 §4.6. */
  readonly messageId: string;
  /** As mail writes dates; written unless the draft brings its own. */
  readonly date: string;
}

/** Writes a draft as an RFC 5322 message. Every blob that it refers to must be among `blobs`. */
export function writeMessage(
  { fields, fieldKeys, root }: EmailDraft,
  { blobs, messageId, date }: WriteOptions,
): Buffer {
  const missing = [
    ...(fieldKeys.has('date') ? [] : [writeField('Date', [date])]),
    ...(fieldKeys.has('message-id') ? [] : [writeField('Message-ID', [`<${messageId}>`])]),
    writeField('MIME-Version', ['1.0']),
  ];
  const chunks: (string | Buffer)[] = [fields, ...missing];
  writePart(root, blobs, chunks);
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

function writePart(
  part: PartDraft,
  blobs: ReadonlyMap<string, DraftBlob>,
  chunks: (string | Buffer)[],
): void {
  const { content } = part;
  if (content.kind === 'multipart') {
    const boundary = `=_${randomBytes(18).toString('hex')}`; // "=_" is in no encoded content
    chunks.push(partFields(part, part.type ?? 'multipart/mixed', `; boundary="${boundary}"`), '\r\n');
    for (const inner of content.subParts) {
      chunks.push(`--${boundary}\r\n`);
      writePart(inner, blobs, chunks);
      chunks.push('\r\n');
    }
    chunks.push(`--${boundary}--\r\n`);
    return;
  }
  if (content.kind === 'text') {
    const { encoding, body } = encodeText(content.value);
    chunks.push(
      partFields(part, part.type ?? 'text/plain', '; charset=utf-8'),
      `Content-Transfer-Encoding: ${encoding}\r\n\r\n`,
      body,
    );
    return;
  }
  const blob = blobs.get(content.blobId);
  if (blob === undefined) throw new RangeError('A blob of the draft was not given');
  const type = part.type ?? blob.type;
  if (type.startsWith('message/')) {
    // RFC 2046 §5.2.1: a message inside a message is not encoded.
    chunks.push(
      partFields(part, type, ''),
      'Content-Transfer-Encoding: 8bit\r\n\r\n',
      withCrlf(blob.content),
    );
    return;
  }
  chunks.push(
    partFields(part, type, ''),
    'Content-Transfer-Encoding: base64\r\n\r\n',
    base64Lines(blob.content),
  );
}

function partFields(part: PartDraft, type: string, parameters: string): string {
  const nameInType = part.disposition === null && part.name !== null ? nameParameter('name', part.name) : '';
  const disposition =
    part.disposition === null
      ? ''
      : writeField(
          'Content-Disposition',
          words(part.disposition + nameParameter('filename', part.name ?? '')),
        );
  const cid = part.cid === null ? '' : writeField('Content-ID', [`<${part.cid}>`]);
  return writeField('Content-Type', words(type + parameters + nameInType)) + disposition + cid + part.fields;
}

/** Folds only between parameters, never inside a quoted name. */
function words(value: string): string[] {
  return value.split(/(?<=;) (?=[a-z]+\*?=)/);
}

/** RFC 2231 §4 where the name is not plain ASCII. */
function nameParameter(parameter: string, name: string): string {
  if (name === '') return '';
  if (/^[ -~]*$/.test(name)) return `; ${parameter}="${name.replace(/["\\]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `; ${parameter}*=utf-8''${encoded}`;
}

function encodeText(value: string): { readonly encoding: string; readonly body: string } {
  const text = value.replace(/\r\n|\r|\n/g, '\r\n').replaceAll('\0', '');
  const isPlain = /^[\t\r\n -~]*$/.test(text) && !/[^\r\n]{999}/.test(text);
  if (isPlain && !/[ \t]\r\n|[ \t]$/.test(text)) return { encoding: '7bit', body: text };
  const nonAscii = text.length - text.replace(/[^\0-\x7f]/g, '').length;
  if (nonAscii > text.length / 4) return { encoding: 'base64', body: base64Lines(Buffer.from(text)) };
  return { encoding: 'quoted-printable', body: wrap(encode(text), 76) };
}

function base64Lines(content: Buffer): string {
  const perLine = 57; // 76 characters, RFC 2045 §6.8
  const lines: string[] = [];
  for (let at = 0; at < content.length; at += perLine)
    lines.push(content.toString('base64', at, at + perLine));
  return lines.join('\r\n');
}

function withCrlf(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
}
