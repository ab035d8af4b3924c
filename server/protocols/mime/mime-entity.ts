import { withoutComments } from './comments.ts';
import { parseHeaderSection, type HeaderProblem, type HeaderSection } from './header-section.ts';
import { readParameterized } from './media-type.ts';

/** A header section with a body, as a message is and as each part of a multipart is. RFC 2045 §2.4. */
export interface MimeEntity {
  readonly raw: Buffer;
  readonly section: HeaderSection;
  /** Lower case; text/plain when there is none or it cannot be read (RFC 2045 §5.2). */
  readonly type: string;
  /** Of Content-Type, by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Content-Transfer-Encoding, lower case; '7bit' when there is none. */
  readonly encoding: string;
  /** As it stands, encoded. */
  readonly body: Buffer;
}

export type EntityResult =
  | { readonly ok: true; readonly entity: MimeEntity }
  | { readonly ok: false; readonly problem: HeaderProblem | 'ambiguous-type' };

/**
 * Reads an entity strictly, for signatures and encryption: what two readers could understand in two ways is a
 * problem. A second Content-Type or Content-Transfer-Encoding is one.
 */
export function readEntity(raw: Buffer): EntityResult {
  const header = parseHeaderSection(raw);
  if (!header.ok) return header;
  const { section } = header;
  const named = (key: string) => section.fields.filter((field) => field.key === key);
  const types = named('content-type');
  const encodings = named('content-transfer-encoding');
  if (types.length > 1 || encodings.length > 1) return { ok: false, problem: 'ambiguous-type' };
  const { value, parameters } = readParameterized(types[0]?.value ?? 'text/plain');
  const encoding = withoutComments(encodings[0]?.value ?? '7bit');
  return {
    ok: true,
    entity: {
      raw,
      section,
      type: /^[^/]+\/[^/]+$/.test(value) ? value : 'text/plain',
      parameters,
      encoding: encoding.trim().toLowerCase(),
      body: raw.subarray(section.bodyStart),
    },
  };
}
