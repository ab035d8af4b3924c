import { readCipherParameters, type ReadParameters } from './content-cipher.ts';
import { Element } from './element.ts';
import { CmsError, cmsLimits } from './errors.ts';
import { readAgreedKeys } from './key-agreement.ts';
import { readTransportedKey, type OpenKey } from './key-transport.ts';
import { readName, type CertificateName } from './names.ts';
import { oids } from './oids.ts';
import type { Certificate } from './certificate.ts';

/** One recipient of an envelope. */
export interface EnvelopeRecipient {
  readonly name: CertificateName;
  /** Null when the way in which the key is encrypted is not implemented. */
  readonly open: ((recipient: Certificate) => OpenKey) | null;
}

export interface Envelope {
  readonly recipients: readonly EnvelopeRecipient[];
  readonly parameters: ReadParameters;
  readonly pieces: readonly Buffer[];
  /** Null for EnvelopedData, which nothing protects from change. */
  readonly authenticated: { readonly attributes: Buffer | null; readonly tag: Buffer } | null;
}

/** Reads ContentInfo with EnvelopedData or AuthEnvelopedData. Throws CmsError. */
export function readEnvelope(cms: Buffer): Envelope {
  if (cms.length > cmsLimits.bytes) throw new CmsError('too-large');
  const outer = Element.read(cms).fields;
  const type = outer.take().oid;
  if (type !== oids.envelopedData && type !== oids.authEnvelopedData) throw new CmsError('unsupported');
  const fields = outer.take(0xa0).fields.take(0x30).fields;
  outer.end();
  if (fields.take().integer > 4) throw new CmsError('unsupported');
  fields.takeIf(0xa0); // OriginatorInfo: certificates for static keys, which are not implemented
  const infos = fields.take(0x31).members;
  if (infos.length > cmsLimits.recipients) throw new CmsError('too-large');
  const info = fields.take(0x30).fields;
  if (info.take().oid !== oids.data) throw new CmsError('unsupported');
  const parameters = readCipherParameters(info.take(0x30));
  const pieces = info.take(0x80, 0xa0).octetPieces;
  info.end();
  const isAuthenticated = type === oids.authEnvelopedData;
  // GCM without a place for its tag proves nothing, and a tag beside CBC means nothing.
  if (isAuthenticated !== parameters.tagBytes > 0) throw new CmsError('unsupported');
  const recipients = infos.flatMap(readRecipient);
  if (!isAuthenticated) return { recipients, parameters, pieces, authenticated: null };
  const attributes = fields.takeIf(0xa1)?.derAs(0x31) ?? null; // RFC 5083 §2.2: as a SET OF
  const tag = fields.take(0x04).content;
  if (tag.length !== parameters.tagBytes) throw new CmsError('malformed');
  return { recipients, parameters, pieces, authenticated: { attributes, tag } };
}

/** RecipientInfo (RFC 5652 §6.2); passwords and shared keys are passed over. */
function readRecipient(info: Element): EnvelopeRecipient[] {
  if (info.tag === 0xa1) return readAgreement(info);
  if (info.tag !== 0x30) return [];
  const fields = info.fields;
  fields.take(0x02);
  const name = readName(fields.take());
  const identifier = fields.take(0x30);
  const encrypted = fields.take(0x04).octets;
  return [{ name, open: implemented(() => readTransportedKey(identifier, encrypted)) }];
}

function readAgreement(info: Element): EnvelopeRecipient[] {
  try {
    return readAgreedKeys(info);
  } catch (failure) {
    if (failure instanceof CmsError && failure.code === 'unsupported') return []; // another may be for us
    throw failure;
  }
}

function implemented(read: () => OpenKey): EnvelopeRecipient['open'] {
  try {
    const open = read();
    return () => open;
  } catch (failure) {
    if (failure instanceof CmsError && failure.code === 'unsupported') return null;
    throw failure;
  }
}
