import { isAscii } from 'node:buffer';
import { encodeQuotedPrintable } from './encode-quoted-printable.ts';
import type { MimeEntity } from './mime-entity.ts';

export interface NewText {
  /** Decoded, in the charset that the part has or gets. */
  readonly content: Buffer;
  /** Another charset than before. */
  readonly charset?: string;
  /** Of Content-Type, by lower-case name: set to a value (a token or what may stand in quotes), or null to take it out. */
  readonly parameters?: Readonly<Record<string, string | null>>;
}

const longestLine = 998; // RFC 5321 §4.5.3.1.6

/**
 * A text part with other content, header and body: in the encoding that it had where that can carry it, else in
 * quoted-printable. Fields stay where they are, and as they are where nothing about them changes.
 */
export function rewriteText(entity: MimeEntity, { content, charset, parameters = {} }: NewText): Buffer {
  const { encoding, body } = entity;
  const isQuoted = encoding === 'quoted-printable' || (encoding !== 'base64' && !fits(content, encoding));
  const written = isQuoted
    ? encodeQuotedPrintable(content)
    : encoding === 'base64'
      ? base64Lines(content, body.at(-1) === 10)
      : content;
  const changes = new Map<string, (field: string | null) => string>();
  const wanted = { ...parameters, ...(charset !== undefined && { charset }) };
  if (Object.keys(wanted).length > 0)
    changes.set('content-type', (field) => withParameters(field ?? 'Content-Type: text/plain', wanted));
  if (isQuoted && encoding !== 'quoted-printable')
    changes.set('content-transfer-encoding', () => 'Content-Transfer-Encoding: quoted-printable');
  return Buffer.concat([headerOf(entity, changes), written]);
}

/** Whether bytes may stand as they are (RFC 2045 §6.2). */
function fits(content: Buffer, encoding: string): boolean {
  if (encoding === 'binary') return true;
  if (encoding !== '8bit' && !isAscii(content)) return false;
  for (let start = 0; start < content.length;) {
    const end = content.indexOf('\r\n', start, 'latin1');
    if ((end < 0 ? content.length : end) - start > longestLine) return false;
    start = end < 0 ? content.length : end + 2;
  }
  return true;
}

function base64Lines(content: Buffer, endsLine: boolean): Buffer {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? [];
  return Buffer.from(`${lines.join('\r\n')}${endsLine ? '\r\n' : ''}`);
}

function headerOf(
  { raw, section }: MimeEntity,
  changes: ReadonlyMap<string, (field: string | null) => string>,
): Buffer {
  const named = new Set(section.fields.map(({ key }) => key));
  const lines = section.fields.map(({ key, start, end }) => {
    const field = raw.toString('latin1', start, end).replace(/\r\n$/, '');
    return changes.get(key)?.(field) ?? field;
  });
  for (const [key, change] of changes) if (!named.has(key)) lines.push(change(null));
  return Buffer.from([...lines, '', ''].join('\r\n'), 'latin1');
}

/** A Content-Type field with other parameters; the rest of it, folding and comments too, stays. */
function withParameters(field: string, parameters: Readonly<Record<string, string | null>>): string {
  const names = Object.keys(parameters).join('|');
  // RFC 2231: a parameter may be in pieces, `name*0*=`.
  const given = new RegExp(
    `;\\s*(?:${names})(?:\\*[0-9]*\\*?)?\\s*=\\s*(?:"(?:[^"\\\\]|\\\\[^])*"|[^\\s;]*)`,
    'gi',
  );
  const bare = field.replace(given, '').trimEnd().replace(/;$/, '');
  const added = Object.entries(parameters).flatMap(([name, value]) =>
    value === null ? [] : [`;\r\n ${name}="${value}"`],
  );
  return `${bare}${added.join('')}`;
}
