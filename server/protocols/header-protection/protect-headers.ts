import { formatField } from '../mime/edit-headers.ts';
import { readEntity, type MimeEntity } from '../mime/mime-entity.ts';
import { baselinePolicy, type ConfidentialityPolicy } from './confidentiality-policy.ts';
import { addLegacyDisplay, type HiddenField } from './legacy-display.ts';
import { isAuthored, isStructural, isUserFacing } from './protected-field.ts';
import type { HeaderField } from '../mime/header-section.ts';

/**
 * clear: the message will be signed only.
 * cipher: it will be encrypted, and so what is hidden outside is hidden.
 */
export type Protection = 'clear' | 'cipher';

export interface ProtectedMessage {
  /** What to sign or encrypt: the body with its MIME fields, and the author's fields under protection. */
  readonly payload: Buffer;
  /** The fields that stand outside, each with its CRLF; `joinMessage` puts them before the protected entity. */
  readonly outerFields: Buffer;
}

export interface ProtectOptions {
  /** For `cipher`; the baseline policy by default. */
  readonly policy?: ConfidentialityPolicy;
}

/**
 * Splits a message into what is protected and what is seen outside. RFC 9788 §5.2.1. What is hidden outside also
 * stands at the top of the texts, for readers that do not know protected fields.
 * Bcc and what carriers of mail wrote stay outside; the caller removes Bcc where it must not be seen.
 * Null when the message cannot be read without doubt.
 */
export function protectHeaders(
  message: Buffer,
  protection: Protection,
  options: ProtectOptions = {},
): ProtectedMessage | null {
  const read = readEntity(message);
  if (!read.ok) return null;
  const { entity } = read;
  const policy = protection === 'cipher' ? (options.policy ?? baselinePolicy) : null;
  const inner: Buffer[] = [];
  const records: Buffer[] = [];
  const outer: Buffer[] = [];
  const hidden: HiddenField[] = [];
  for (const field of entity.section.fields) {
    if (isStructural(field.key) || field.key === 'hp-outer') continue;
    const bytes = bytesOf(entity, field);
    if (!isAuthored(field.key)) {
      outer.push(bytes);
      continue;
    }
    inner.push(bytes);
    const seen = policy === null ? field.value : policy(field.key, field.value);
    if (seen !== field.value && isUserFacing(field.key)) hidden.push(field);
    if (seen === null) continue;
    outer.push(seen === field.value ? bytes : formatField(field.name, seen));
    if (policy !== null) records.push(recordOf(field, bytes, seen));
  }
  const structural = structuralFields(entity, protection);
  const payload = Buffer.concat([...inner, ...records, ...structural, Buffer.from('\r\n'), entity.body]);
  return {
    payload: policy === null ? payload : addLegacyDisplay(payload, hidden),
    outerFields: Buffer.concat([...outer, Buffer.from('MIME-Version: 1.0\r\n')]),
  };
}

/** A message of the outer fields and the signed or encrypted entity that they introduce. */
export function joinMessage(outerFields: Buffer, entity: Buffer): Buffer {
  return Buffer.concat([outerFields, entity]);
}

/** HP-Outer: what the field says outside, for the reader to compare. RFC 9788 §2.2. */
function recordOf(field: HeaderField, bytes: Buffer, seen: string): Buffer {
  if (seen !== field.value) return formatField('HP-Outer', `${field.name}: ${seen}`);
  return Buffer.concat([Buffer.from('HP-Outer: '), bytes]); // the same folding, so the same value
}

function structuralFields(entity: MimeEntity, protection: Protection): Buffer[] {
  const fields = entity.section.fields.filter(({ key }) => key.startsWith('content-'));
  const others = fields.filter(({ key }) => key !== 'content-type').map((field) => bytesOf(entity, field));
  const typed = fields.find(({ key }) => key === 'content-type');
  const type =
    typed === undefined ? Buffer.from('Content-Type: text/plain; charset=us-ascii') : bytesOf(entity, typed);
  return [Buffer.from('MIME-Version: 1.0\r\n'), marked(type, protection), ...others];
}

// What an earlier hand claimed about protection is not ours to repeat.
const claims = /;\s*(?:hp|hp-legacy-display|protected-headers)\s*=\s*(?:"[^"]*"|[^\s;]*)/gi;

function marked(type: Buffer, protection: Protection): Buffer {
  const bare = type.toString('latin1').replace(claims, '').trimEnd().replace(/;$/, '');
  return Buffer.from(`${bare};\r\n hp="${protection}"\r\n`, 'latin1');
}

function bytesOf(entity: MimeEntity, field: HeaderField): Buffer {
  const bytes = entity.raw.subarray(field.start, field.end);
  return bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]);
}
