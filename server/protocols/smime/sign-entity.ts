import { randomBytes } from 'node:crypto';
import { signContent, type Certificate, type Identity } from '../cms/index.ts';
import { encodeBase64 } from './base64.ts';
import { isSevenBit } from './seven-bit.ts';

export interface SignEntityOptions {
  readonly signers: readonly Identity[];
  /** Between the signers' certificates and the authorities that readers trust. */
  readonly intermediates?: readonly Certificate[];
  /**
   * detached: multipart/signed, which every reader shows; only what is 7-bit survives the way (see `isSevenBit`).
   * opaque: application/pkcs7-mime, which changes on the way cannot break, and only S/MIME readers show.
   */
  readonly form: 'detached' | 'opaque';
  readonly signingTime: Date;
  readonly rsaPadding?: 'pkcs1' | 'pss';
}

/**
 * Signs a MIME entity in canonical form: CRLF line ends (RFC 8551 §3.1.1). Gives an entity that begins with its
 * Content-Type. Throws CmsError for keys that cannot sign, RangeError for a detached one that is not 7-bit.
 */
export async function signEntity(entity: Buffer, options: SignEntityOptions): Promise<Buffer> {
  const detached = options.form === 'detached';
  if (detached && !(await isSevenBit(entity)))
    throw new RangeError('A detached signature needs an entity that is 7-bit');
  const { cms, digests } = await signContent(entity, {
    signers: options.signers,
    certificates: options.intermediates ?? [],
    detached,
    signingTime: options.signingTime,
    rsaPadding: options.rsaPadding ?? 'pkcs1',
  });
  if (!detached) return encodeBase64([cms], cmsHeader('signed-data'));
  const boundary = `=_signed_${randomBytes(15).toString('hex')}`;
  const micalg = digests.map((digest) => digest.replace('sha', 'sha-')).join(','); // RFC 8551 §3.5.3.2
  const before = Buffer.from(
    `Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n micalg="${micalg}"; boundary="${boundary}"\r\n\r\n--${boundary}\r\n`,
  );
  const between = Buffer.from(
    `\r\n--${boundary}\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n`,
  );
  const signature = await encodeBase64([cms], between, Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat([before, entity, signature]);
}

/** RFC 8551 §3.2.1. */
export function cmsHeader(type: 'signed-data' | 'enveloped-data' | 'authEnveloped-data'): Buffer {
  return Buffer.from(
    `Content-Type: application/pkcs7-mime; smime-type=${type};\r\n name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n`,
  );
}
