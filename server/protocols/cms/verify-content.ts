import { readCapabilities, type Capabilities } from './capabilities.ts';
import { isNamedBy, readCertificate, type Certificate } from './certificate.ts';
import { Element } from './element.ts';
import { CmsError, cmsLimits } from './errors.ts';
import { digestOf } from './in-slices.ts';
import { readName } from './names.ts';
import { oids } from './oids.ts';
import { keyFits, readAlgorithm, verifyWith } from './signature-algorithm.ts';

export type SignatureState =
  | 'intact' // made by the owner of the certificate over exactly this content
  | 'broken' // content, attributes or signature are not what was signed
  | 'no-certificate' // the signer's is not here
  | 'weak' // SHA-1 or older, RSA below 2048 bits: anybody may have made it
  | 'unsupported'; // an algorithm that is not implemented

/** What one signer's signature says. Whether the certificate is to be trusted is `validateCertificate`'s to say. */
export interface ReadSignature {
  readonly state: SignatureState;
  readonly certificate: Certificate | null;
  /** As the signer claims; null when absent or when the signature is not intact. */
  readonly signingTime: Date | null;
  /** Of an intact signature. */
  readonly capabilities: Capabilities | null;
}

export interface VerifiedContent {
  /** Exactly the octets that the signatures are about. */
  readonly content: Buffer;
  readonly signatures: readonly ReadSignature[];
  /** All certificates that came with it, those of signers and of authorities. Nothing vouches for them. */
  readonly certificates: readonly Certificate[];
}

/**
 * Verifies SignedData (RFC 5652 §5.6). `detached` is the content that stands elsewhere; null when it is within.
 * Throws CmsError when the structure is malformed, when content is in both places or in none.
 */
export async function verifyContent(
  cms: Buffer,
  detached: Buffer | null,
  known: readonly Certificate[] = [],
): Promise<VerifiedContent> {
  if (cms.length > cmsLimits.bytes) throw new CmsError('too-large');
  const outer = Element.read(cms).fields;
  if (outer.take().oid !== oids.signedData) throw new CmsError('unsupported');
  const fields = outer.take(0xa0).fields.take(0x30).fields;
  outer.end();
  fields.take(0x02);
  fields.take(0x31);
  const encapsulated = fields.take(0x30).fields;
  const contentType = encapsulated.take().oid;
  const within = encapsulated.takeIf(0xa0)?.fields.take(0x04, 0x24).octetPieces ?? null;
  if ((within === null) === (detached === null)) throw new CmsError('malformed');
  const certificates = readCertificateSet(fields.takeIf(0xa0));
  fields.takeIf(0xa1);
  const infos = fields.take(0x31).members;
  fields.end();
  if (infos.length > cmsLimits.signers) throw new CmsError('too-large');
  const content = detached ?? Buffer.concat(within ?? []);
  const candidates = [...certificates, ...known];
  const hashes = new Map<string, Promise<Buffer>>();
  const hashOf = (digest: string) => {
    const hash = hashes.get(digest) ?? digestOf([content], digest);
    hashes.set(digest, hash);
    return hash;
  };
  const signatures: ReadSignature[] = [];
  for (const info of infos)
    signatures.push(await verifySigner(info, { content, contentType, candidates, hashOf }));
  return { content, signatures, certificates };
}

/** CertificateSet: RFC 5652 §10.2.3. What is no X.509 certificate that we can read is passed over. */
function readCertificateSet(set: Element | null): Certificate[] {
  const members = set?.members ?? [];
  if (members.length > cmsLimits.certificates) throw new CmsError('too-large');
  return members
    .filter(({ tag }) => tag === 0x30)
    .map(({ der }) => readCertificate(der))
    .filter((certificate) => certificate !== null);
}

interface Signed {
  readonly content: Buffer;
  readonly contentType: string;
  readonly candidates: readonly Certificate[];
  readonly hashOf: (digest: string) => Promise<Buffer>;
}

async function verifySigner(info: Element, signed: Signed): Promise<ReadSignature> {
  const fields = info.fields;
  fields.take(0x02);
  const name = readName(fields.take());
  const digestIdentifier = fields.take(0x30);
  const attributes = fields.takeIf(0xa0);
  const identifier = fields.take(0x30);
  const signature = fields.take(0x04).octets;
  fields.takeIf(0xa1);
  fields.end();
  const certificate = signed.candidates.find((candidate) => isNamedBy(candidate, name)) ?? null;
  const result = (state: SignatureState): ReadSignature => ({
    state,
    certificate,
    signingTime: null,
    capabilities: null,
  });
  let by;
  try {
    by = readAlgorithm(identifier, digestIdentifier);
  } catch (failure) {
    if (failure instanceof CmsError && failure.code !== 'malformed')
      return result(failure.code === 'weak' ? 'weak' : 'unsupported');
    throw failure;
  }
  if (certificate === null) return result('no-certificate');
  const fits = keyFits(certificate.publicKey, by.scheme);
  if (fits !== 'yes') return result(fits === 'weak' ? 'weak' : 'broken');
  if (attributes === null) {
    // RFC 8933 §1 and what followed: content that reads as signed attributes could be those of another message.
    if (signed.contentType !== oids.data || signed.content[0] === 0x31) return result('broken');
    const holds = await verifyWith(by, certificate.publicKey, signed.content, signature);
    return result(holds ? 'intact' : 'broken');
  }
  const claims = readAttributes(attributes);
  const hash = await signed.hashOf(by.digest);
  if (claims.contentType !== signed.contentType || !claims.messageDigest?.equals(hash))
    return result('broken');
  if (!(await verifyWith(by, certificate.publicKey, attributes.derAs(0x31), signature)))
    return result('broken');
  return {
    state: 'intact',
    certificate,
    signingTime: claims.signingTime,
    capabilities: claims.capabilities,
  };
}

interface Claims {
  readonly contentType: string | null;
  readonly messageDigest: Buffer | null;
  readonly signingTime: Date | null;
  readonly capabilities: Capabilities | null;
}

/** RFC 5652 §5.3, §11: an attribute that stands there twice, or with two values, is malformed. */
function readAttributes(set: Element): Claims {
  const values = new Map<string, Element>();
  for (const attribute of set.members) {
    const fields = attribute.fields;
    const oid = fields.take().oid;
    const [value, ...others] = fields.take(0x31).members;
    if (values.has(oid)) throw new CmsError('malformed');
    if (value !== undefined && others.length === 0) values.set(oid, value);
  }
  const capabilities = values.get(oids.smimeCapabilities);
  return {
    contentType: values.get(oids.contentType)?.oid ?? null,
    messageDigest: values.get(oids.messageDigest)?.content ?? null,
    signingTime: values.get(oids.signingTime)?.time ?? null,
    capabilities: capabilities === undefined ? null : readCapabilities(capabilities),
  };
}
