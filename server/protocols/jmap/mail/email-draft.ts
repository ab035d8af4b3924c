import * as z from 'zod';
import { Id } from '../arguments.ts';
import { invalidProperties } from '../set-error.ts';
import { headerShorthands, parseHeaderProperty } from './header-property.ts';
import { headerWords, writeField } from './write-header.ts';
import type { Json, JsonObject } from '../json.ts';
import type { SetError } from '../set-error.ts';
import type { HeaderProperty } from './header-property.ts';

/** A part to be written. */
export interface PartDraft {
  /** Lower case; for a blob null, when the blob's own type is to be used. */
  readonly type: string | null;
  readonly name: string | null;
  readonly disposition: string | null;
  readonly cid: string | null;
  /** Further fields, ready to be written, with their CRLF. */
  readonly fields: string;
  readonly content:
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'blob'; readonly blobId: string }
    | { readonly kind: 'multipart'; readonly subParts: readonly PartDraft[] };
}

/** The message that an Email object to be created describes. RFC 8621 §4.6. */
export interface EmailDraft {
  /** Top fields, ready to be written, without those of MIME. */
  readonly fields: string;
  /** Lower-case names of those fields. */
  readonly fieldKeys: ReadonlySet<string>;
  readonly root: PartDraft;
  readonly blobIds: readonly string[];
}

export type DraftOutcome =
  | { readonly ok: true; readonly draft: EmailDraft }
  | { readonly ok: false; readonly error: SetError };

const oneLine = /^[^\0-\x1f\x7f]*$/;
const mediaType = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}$/;

const BodyPart = z.looseObject({
  partId: z.string().max(255).nullish(),
  blobId: Id.nullish(),
  size: z.number().nullish(),
  name: z.string().max(255).regex(oneLine).nullish(),
  type: z
    .string()
    .regex(mediaType)
    .transform((type) => type.toLowerCase())
    .nullish(),
  charset: z.string().nullish(),
  disposition: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}$/)
    .transform((text) => text.toLowerCase())
    .nullish(),
  cid: z
    .string()
    .min(1)
    .max(900)
    .regex(/^[!-;=?-~]+$/)
    .nullish(),
  language: z.array(z.string().regex(/^[A-Za-z0-9-]{1,35}$/)).nullish(),
  location: z
    .string()
    .max(900)
    .regex(/^[!-~]*$/)
    .nullish(),
  get subParts(): z.ZodOptional<z.ZodNullable<z.ZodArray<typeof BodyPart>>> {
    return z.array(BodyPart).max(1_000).nullable().optional();
  },
});

type BodyPart = z.output<typeof BodyPart>;

const Body = z.object({
  bodyStructure: BodyPart.nullish(),
  textBody: z.array(BodyPart).length(1).nullish(),
  htmlBody: z.array(BodyPart).length(1).nullish(),
  attachments: z.array(BodyPart).max(1_000).nullish(),
  bodyValues: z
    .record(
      z.string(),
      z.strictObject({
        value: z.string(),
        isEncodingProblem: z.literal(false).optional(),
        isTruncated: z.literal(false).optional(),
      }),
    )
    .nullish(),
});

const bodyProperties = new Set(['bodyStructure', 'textBody', 'htmlBody', 'attachments', 'bodyValues']);
const knownPartProperties = new Set(Object.keys(BodyPart.shape));
/** Fields that belong to MIME: on top they come from the body, never from a header property. RFC 8621 §4.6. */
const mimeFields = /^(?:content-.*|mime-version)$/;

/**
 * Reads the header and body of an Email to be created; `object` holds nothing else (mailboxIds, keywords
 * and receivedAt are the caller's). A refusal names the properties.
 */
export function readEmailDraft(object: JsonObject): DraftOutcome {
  const header = readTopFields(object);
  if (!header.ok) return header;
  const parsed = Body.safeParse(object);
  if (!parsed.success) return refuse([...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))]);
  const { bodyStructure, textBody, htmlBody, attachments, bodyValues } = parsed.data;
  const [text] = textBody ?? [];
  const [html] = htmlBody ?? [];
  if (bodyStructure && (text || html || attachments))
    return refuse(['bodyStructure'], 'Give either bodyStructure or the three lists.');
  if (text && (text.type ?? 'text/plain') !== 'text/plain') return refuse(['textBody']);
  if (html && (html.type ?? 'text/html') !== 'text/html') return refuse(['htmlBody']);

  const values = new Map(Object.entries(bodyValues ?? {}).map(([partId, { value }]) => [partId, value]));
  const blobIds: string[] = [];
  const problems = new Set<string>();
  const read = (part: BodyPart, property: string, defaultType: string | null): PartDraft => {
    const draft = readPart(part, defaultType, values, (inner) => read(inner, property, 'text/plain'));
    if (draft === null) problems.add(property);
    else if (draft.content.kind === 'blob') blobIds.push(draft.content.blobId);
    return draft ?? emptyText;
  };
  const root = bodyStructure
    ? read(bodyStructure, 'bodyStructure', 'text/plain')
    : arrange(
        text && read(text, 'textBody', 'text/plain'),
        html && read(html, 'htmlBody', 'text/html'),
        (attachments ?? []).map((part) => asAttachment(read(part, 'attachments', null))),
      );
  if (problems.size > 0) return refuse([...problems]);
  return { ok: true, draft: { fields: header.fields, fieldKeys: header.keys, root, blobIds } };
}

const emptyText: PartDraft = {
  type: 'text/plain',
  name: null,
  disposition: null,
  cid: null,
  fields: '',
  content: { kind: 'text', value: '' },
};

function readTopFields(
  object: JsonObject,
):
  | { readonly ok: true; readonly fields: string; readonly keys: ReadonlySet<string> }
  | { readonly ok: false; readonly error: SetError } {
  const keys = new Set<string>();
  const wrong: string[] = [];
  let fields = '';
  for (const [property, value] of Object.entries(object)) {
    if (bodyProperties.has(property)) continue;
    const header = Object.hasOwn(headerShorthands, property)
      ? headerShorthands[property]
      : parseHeaderProperty(property);
    if (header === null || header === undefined || mimeFields.test(header.key) || keys.has(header.key)) {
      wrong.push(property);
      continue;
    }
    if (value === null || value === undefined) continue;
    const written = writeHeader(header, value);
    if (written === null) wrong.push(property);
    else fields += written;
    if (written !== '') keys.add(header.key);
  }
  return wrong.length > 0 ? refuse(wrong) : { ok: true, fields, keys };
}

/** The fields of a header property; '' when its list is empty; null when the value has not its form. */
function writeHeader({ name, form, all }: HeaderProperty, value: Json): string | null {
  if (all && !Array.isArray(value)) return null;
  let written = '';
  for (const each of all ? (value as readonly Json[]) : [value]) {
    const words = headerWords(each, form);
    if (words === null) return null;
    if (words.length > 0) written += writeField(name, words);
  }
  return written;
}

function readPart(
  part: BodyPart,
  defaultType: string | null,
  values: ReadonlyMap<string, string>,
  readInner: (part: BodyPart) => PartDraft,
): PartDraft | null {
  const { partId, blobId, subParts, charset, language, location } = part;
  const type = part.type ?? defaultType;
  let fields = '';
  for (const [property, value] of Object.entries(part)) {
    if (knownPartProperties.has(property)) continue;
    const header = parseHeaderProperty(property);
    // RFC 8621 §4.6: what other properties stand for, and the transfer encoding, may not be given as fields.
    if (
      header === null ||
      /^content-(?:type|disposition|id|language|location|transfer-encoding)$/.test(header.key)
    )
      return null;
    const written = value === null ? '' : writeHeader(header, value as Json);
    if (written === null) return null;
    fields += written;
  }
  if (language && language.length > 0) fields += writeField('Content-Language', [language.join(', ')]);
  if (location) fields += writeField('Content-Location', [location]);
  const common = {
    type,
    name: part.name ?? null,
    disposition: part.disposition ?? null,
    cid: part.cid ?? null,
    fields,
  };
  if (type !== null && type.startsWith('multipart/')) {
    if (partId || blobId || !subParts || subParts.length === 0) return null;
    return { ...common, content: { kind: 'multipart', subParts: subParts.map(readInner) } };
  }
  if (subParts && subParts.length > 0) return null;
  if (blobId && !partId) return { ...common, content: { kind: 'blob', blobId } };
  const value = partId && !blobId && !charset ? values.get(partId) : undefined;
  if (value === undefined || type === null || !type.startsWith('text/')) return null;
  return { ...common, content: { kind: 'text', value } };
}

function asAttachment(part: PartDraft): PartDraft {
  return part.disposition === null
    ? { ...part, disposition: part.cid === null ? 'attachment' : 'inline' }
    : part;
}

/** The usual tree: alternatives, images of the HTML beside it, files around. */
function arrange(
  text: PartDraft | undefined,
  html: PartDraft | undefined,
  attachments: readonly PartDraft[],
): PartDraft {
  const isRelated = (part: PartDraft) =>
    html !== undefined && part.cid !== null && part.disposition === 'inline';
  const related = attachments.filter(isRelated);
  const files = attachments.filter((part) => !isRelated(part));
  const rich = html && (related.length > 0 ? multipart('related', [html, ...related]) : html);
  const body = text && rich ? multipart('alternative', [text, rich]) : (rich ?? text);
  if (files.length === 0) return body ?? emptyText;
  return multipart('mixed', body === undefined ? files : [body, ...files]);
}

function multipart(subtype: string, subParts: readonly PartDraft[]): PartDraft {
  return {
    type: `multipart/${subtype}`,
    name: null,
    disposition: null,
    cid: null,
    fields: '',
    content: { kind: 'multipart', subParts },
  };
}

function refuse(
  properties: readonly string[],
  description?: string,
): { readonly ok: false; readonly error: SetError } {
  return { ok: false, error: invalidProperties(properties, description) };
}
