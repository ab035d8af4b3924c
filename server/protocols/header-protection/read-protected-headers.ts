import { parseMailboxes } from '../mime/address-list.ts';
import { normalizeAddress } from '../mime/address.ts';
import { readEntity, type MimeEntity } from '../mime/mime-entity.ts';
import { withoutLegacyDisplay } from './legacy-display.ts';
import { isShown, isStructural } from './protected-field.ts';
import type { HeaderField } from '../mime/header-section.ts';

/** How a field came. RFC 9788 §4.3. */
export type FieldProtection =
  | 'unprotected' // anybody on the way could read and change it
  | 'signed-only' // readable on the way, but under the signature
  | 'encrypted-only' // not readable on the way, but by an unknown author
  | 'signed-and-encrypted';

export interface ReadField {
  readonly name: string;
  /** Lower case. */
  readonly key: string;
  /** Unfolded; encoded words are left alone. */
  readonly value: string;
  readonly protection: FieldProtection;
  /** The field as it stands, with its CRLF. */
  readonly bytes: Buffer;
}

export type HeaderScheme =
  | 'rfc9788' // the hp parameter
  | 'protected-headers-v1' // its forerunner, as Thunderbird and others wrote it
  | 'rfc8551' // a message/rfc822 payload (RFC 8551 §3.1, RFC 9788 §4.10)
  | 'none';

export type HeaderFinding =
  | 'from-differs' // the From inside is not the one outside: RFC 9788 §4.4
  | 'outer-changed'; // what stands outside is not what the author put there

export interface ProtectedHeaders {
  readonly scheme: HeaderScheme;
  /** What to show and to act on. Where the author protected fields, an outer From, Subject … does not appear. */
  readonly fields: readonly ReadField[];
  readonly findings: readonly HeaderFinding[];
  /**
   * A message of these fields and the payload's body, and of nothing else: what a reader shows. Without the legacy
   * display elements of encrypted texts, which repeat the fields.
   */
  readonly message: Buffer;
}

export interface Layers {
  /** A valid signature covers the whole payload. */
  readonly signed: boolean;
  readonly encrypted: boolean;
  /** The addresses that the valid signatures speak for. */
  readonly signers: readonly string[];
}

/**
 * The header fields of a message whose protected part is `payload`. RFC 9788 §4.
 * If the From inside differs and no signature speaks for it, the one outside is shown: §4.4.2.
 * Null when either cannot be read without doubt.
 */
export function readProtectedHeaders(
  outer: Buffer,
  payload: Buffer,
  layers: Layers,
): ProtectedHeaders | null {
  const outside = readEntity(outer);
  const inside = readEntity(payload);
  if (!outside.ok || !inside.ok) return null;
  const { scheme, entity } = protectedPart(inside.entity);
  const outerFields = outside.entity.section.fields.filter(({ key }) => !isStructural(key));
  const innerFields =
    scheme === 'none'
      ? []
      : entity.section.fields.filter(({ key }) => !isStructural(key) && key !== 'hp-outer');
  const findings: HeaderFinding[] = [];
  const visible = visibleFields(scheme, entity, outerFields);
  const outerLines = new Set(outerFields.map(lineOf));
  if (scheme === 'rfc9788' && !visible.isSubsetOf(outerLines)) findings.push('outer-changed');

  let usesOuterFrom = false;
  if (innerFields.some(({ key }) => key === 'from')) {
    const [innerFrom, outerFrom] = [addressOf(innerFields), addressOf(outerFields)];
    if (innerFrom !== outerFrom) {
      findings.push('from-differs');
      usesOuterFrom = !layers.signers.some((address) => normalizeAddress(address) === innerFrom);
    }
  }
  const shownInner = innerFields.filter(({ key }) => !(usesOuterFrom && key === 'from'));
  const present = new Set(shownInner.map(({ key }) => key));
  const shownOuter = outerFields.filter(
    ({ key }) =>
      !present.has(key) && (scheme === 'none' || !isShown(key) || (usesOuterFrom && key === 'from')),
  );
  const hidden = (field: HeaderField) => layers.encrypted && !visible.has(lineOf(field));
  const fields = [
    ...shownOuter.map((field) => asRead(outside.entity, field, 'unprotected')),
    ...shownInner.map((field) => asRead(entity, field, protectionOf(layers.signed, hidden(field)))),
  ];
  const message = messageOf(fields, entity);
  // §4.5.3: only within encryption. Elsewhere nothing is hidden, and so nothing is to be taken for decoration.
  const isHidden = layers.encrypted && scheme === 'rfc9788' && claimOf(entity) === 'cipher';
  return { scheme, fields, findings, message: isHidden ? withoutLegacyDisplay(message) : message };
}

/** The entity whose fields the author protected: the payload, or the message within it. */
function protectedPart(payload: MimeEntity): { readonly scheme: HeaderScheme; readonly entity: MimeEntity } {
  const { parameters, type } = payload;
  const hp = claimOf(payload);
  if (hp === 'clear' || hp === 'cipher') return { scheme: 'rfc9788', entity: payload };
  if (parameters.get('protected-headers')?.toLowerCase() === 'v1')
    return { scheme: 'protected-headers-v1', entity: payload };
  const isWhole = type === 'message/rfc822' || type === 'message/global';
  if (
    isWhole &&
    parameters.get('forwarded')?.toLowerCase() === 'no' &&
    /^(?:7bit|8bit|binary)$/.test(payload.encoding)
  ) {
    const inner = readEntity(payload.body);
    if (inner.ok) return { scheme: 'rfc8551', entity: inner.entity };
  }
  return { scheme: 'none', entity: payload };
}

/** What was readable on the way, one `key:value` a field. */
function visibleFields(scheme: HeaderScheme, entity: MimeEntity, outer: readonly HeaderField[]): Set<string> {
  if (scheme !== 'rfc9788') return new Set(outer.map(lineOf));
  const inner = entity.section.fields.filter(({ key }) => !isStructural(key));
  if (claimOf(entity) === 'clear') return new Set(inner.filter(({ key }) => key !== 'hp-outer').map(lineOf));
  return new Set(
    inner.flatMap(({ key, value }) => {
      const [, name, seen] = (key === 'hp-outer' && /^([^\s:]+)\s*:\s*([^]*)$/.exec(value)) || [];
      return name === undefined || seen === undefined ? [] : [`${name.toLowerCase()}:${seen}`];
    }),
  );
}

function claimOf({ parameters }: MimeEntity): string | undefined {
  return parameters.get('hp')?.toLowerCase();
}

function lineOf({ key, value }: HeaderField): string {
  return `${key}:${value}`;
}

function addressOf(fields: readonly HeaderField[]): string {
  const all = fields.filter(({ key }) => key === 'from').flatMap(({ value }) => parseMailboxes(value));
  return all.map(({ address }) => normalizeAddress(address)).join(' ');
}

function protectionOf(signed: boolean, hidden: boolean): FieldProtection {
  if (signed) return hidden ? 'signed-and-encrypted' : 'signed-only';
  return hidden ? 'encrypted-only' : 'unprotected';
}

function asRead(entity: MimeEntity, field: HeaderField, protection: FieldProtection): ReadField {
  const bytes = entity.raw.subarray(field.start, field.end);
  const closed = bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]);
  return { name: field.name, key: field.key, value: field.value, protection, bytes: closed };
}

function messageOf(fields: readonly ReadField[], entity: MimeEntity): Buffer {
  const structural = entity.section.fields
    .filter(({ key }) => key.startsWith('content-'))
    .map((field) => asRead(entity, field, 'unprotected').bytes);
  return Buffer.concat([
    ...fields.map(({ bytes }) => bytes),
    Buffer.from('MIME-Version: 1.0\r\n'),
    ...structural,
    Buffer.from('\r\n'),
    entity.body,
  ]);
}
