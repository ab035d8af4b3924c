import type { Certificate } from '../cms/certificate.ts';
import { Element, type Fields } from '../cms/element.ts';
import { CmsError } from '../cms/errors.ts';
import { keyFits, readCertificateAlgorithm, verifyWith } from '../cms/signature-algorithm.ts';

/** What is within a SEQUENCE that takes all of `bytes`. Throws CmsError. */
export function readSequence(bytes: Buffer): Fields {
  const read = Element.read(bytes);
  if (read.tag !== 0x30) throw new CmsError('malformed');
  return read.fields;
}

/** Whether `signer` made this signature over `body`. False, too, for algorithms that prove nothing or are not implemented. */
export async function isSignedBy(
  signer: Certificate,
  body: Element,
  identifier: Element,
  signature: Buffer,
): Promise<boolean> {
  const by = readCertificateAlgorithm(identifier);
  if (by === null || keyFits(signer.publicKey, by.scheme) !== 'yes') return false;
  return verifyWith(by, signer.publicKey, body.der, signature);
}
