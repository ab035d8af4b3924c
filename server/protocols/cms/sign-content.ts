import { writeCapabilities } from './capabilities.ts';
import {
  algorithm,
  context,
  element,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  time,
} from './der.ts';
import { digestOids, type Digest } from './digests.ts';
import { CmsError, cmsLimits } from './errors.ts';
import { digestOf } from './in-slices.ts';
import { nameOf } from './names.ts';
import { oids } from './oids.ts';
import { algorithmFor, signWith, writeAlgorithm, type RsaPadding } from './signature-algorithm.ts';
import type { Certificate } from './certificate.ts';
import type { Identity } from './decrypt-content.ts';
import type { Der } from './der.ts';

export interface SignOptions {
  /** At least one; each signs the same content. */
  readonly signers: readonly Identity[];
  /** Put in for the reader to build the chain, beside the signers' own. */
  readonly certificates?: readonly Certificate[];
  /** Content goes into the structure, or stands elsewhere. */
  readonly detached: boolean;
  readonly signingTime: Date;
  /** PKCS#1 v1.5 by default, which RFC 8551 §2.2 obliges everyone to read. */
  readonly rsaPadding?: RsaPadding;
}

export interface SignedContent {
  /** ContentInfo with SignedData. RFC 5652 §5. */
  readonly cms: Buffer;
  /** The digests in use, for the micalg parameter. */
  readonly digests: readonly Digest[];
}

/** Throws CmsError: unsupported for a key that cannot sign, too-large. */
export async function signContent(content: Buffer, options: SignOptions): Promise<SignedContent> {
  const { signers, certificates = [], detached } = options;
  if (signers.length === 0) throw new CmsError('unsupported');
  if (content.length > cmsLimits.bytes) throw new CmsError('too-large');
  const hashes = new Map<Digest, Buffer>();
  const infos: Der[] = [];
  for (const signer of signers) {
    const by = algorithmFor(signer.privateKey, options.rsaPadding ?? 'pkcs1');
    const hash = hashes.get(by.digest) ?? (await digestOf([content], by.digest));
    hashes.set(by.digest, hash);
    const attributes = signedAttributes(hash, options.signingTime);
    const signature = await signWith(by, signer.privateKey, Buffer.concat(attributes));
    infos.push(
      sequence(
        smallInteger(1),
        nameOf(signer.certificate),
        algorithm(digestOids[by.digest]),
        retagged(attributes, context(0, 'constructed')),
        writeAlgorithm(by),
        octetString([signature]),
      ),
    );
  }
  const digests = [...hashes.keys()];
  const all = new Map(
    [...signers.map(({ certificate }) => certificate), ...certificates].map((c) => [c.fingerprint, c]),
  );
  const body = sequence(
    smallInteger(1),
    setOf(digests.map((digest) => algorithm(digestOids[digest]))),
    sequence(
      objectIdentifier(oids.data),
      detached ? [] : element(context(0, 'constructed'), octetString([content])),
    ),
    retagged(setOf([...all.values()].map(({ der }) => [der])), context(0, 'constructed')),
    setOf(infos),
  );
  const cms = sequence(objectIdentifier(oids.signedData), element(context(0, 'constructed'), body));
  return { cms: Buffer.concat(cms), digests };
}

/** RFC 5652 §11, RFC 8551 §2.5. */
function signedAttributes(hash: Buffer, signingTime: Date): Der {
  const attribute = (oid: string, value: Der) => sequence(objectIdentifier(oid), setOf([value]));
  return setOf([
    attribute(oids.contentType, objectIdentifier(oids.data)),
    attribute(oids.signingTime, time(signingTime)),
    attribute(oids.messageDigest, octetString([hash])),
    attribute(oids.smimeCapabilities, writeCapabilities()),
  ]);
}

/** The same content under an implicit tag. */
function retagged(der: Der, tag: number): Der {
  const bytes = Buffer.concat(der);
  bytes[0] = tag;
  return [bytes];
}
