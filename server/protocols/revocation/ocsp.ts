import { createHash } from 'node:crypto';
import { readCertificate, type Certificate } from '../cms/certificate.ts';
import { algorithm, nullValue, octetString, sequence } from '../cms/der.ts';
import type { Element } from '../cms/element.ts';
import { CmsError } from '../cms/errors.ts';
import { revokedFor } from './reason.ts';
import { isSignedBy, readSequence } from './signed-structure.ts';
import { isFresh, unknown, type RevocationStatus } from './status.ts';

const sha1 = '1.3.14.3.2.26';
const basicResponse = '1.3.6.1.5.5.7.48.1.1';
const ocspSigning = '1.3.6.1.5.5.7.3.9';

/** CertID: RFC 6960 §4.1.1. SHA-1 names, and proves nothing; RFC 5019 obliges responders to know it. */
function certificateId({ serial }: Pick<Certificate, 'serial'>, issuer: Certificate): Buffer {
  const digest = (octets: Buffer) => octetString([createHash('sha1').update(octets).digest()]);
  return Buffer.concat(
    sequence(algorithm(sha1, nullValue), digest(issuer.subject), digest(issuer.keyBits), [serial]),
  );
}

/** OCSPRequest about one certificate, without a nonce: responders answer from a store (RFC 5019 §2.1.1). */
export function writeOcspRequest(certificate: Pick<Certificate, 'serial'>, issuer: Certificate): Buffer {
  const request = sequence([certificateId(certificate, issuer)]);
  return Buffer.concat(sequence(sequence(sequence(request))));
}

/** What an OCSPResponse (RFC 6960 §4.2) says of a certificate of `issuer`. Never throws for what it holds. */
export async function statusByOcsp(
  response: Buffer,
  certificate: Pick<Certificate, 'serial'>,
  issuer: Certificate,
  now: Date,
): Promise<RevocationStatus> {
  try {
    return await read(response, certificate, issuer, now);
  } catch (failure) {
    if (failure instanceof CmsError) return unknown;
    throw failure;
  }
}

async function read(
  response: Buffer,
  certificate: Pick<Certificate, 'serial'>,
  issuer: Certificate,
  now: Date,
): Promise<RevocationStatus> {
  const outer = readSequence(response);
  if (outer.take(0x0a).content[0] !== 0) return unknown;
  const typed = outer.take(0xa0).fields.take(0x30).fields;
  if (typed.take().oid !== basicResponse) return unknown;
  const basic = readSequence(typed.take(0x04).content);
  const data = basic.take(0x30);
  const identifier = basic.take(0x30);
  const signature = basic.take().bits;
  const carried = basic.takeIf(0xa0)?.fields.take(0x30).members ?? [];
  const signers = [issuer, ...carried.flatMap((each) => responder(each, issuer, now))];
  const checks = await Promise.all(
    signers.slice(0, 4).map((each) => isSignedBy(each, data, identifier, signature)),
  );
  if (!checks.includes(true)) return unknown;
  const fields = data.fields;
  fields.takeIf(0xa0);
  fields.take(0xa1, 0xa2);
  fields.take(0x18);
  const id = certificateId(certificate, issuer);
  const about = fields
    .take(0x30)
    .members.map(({ fields: single }) => single)
    .find((single) => single.take(0x30).der.equals(id));
  if ((fields.takeIf(0xa1)?.fields.take(0x30).members ?? []).some(isCritical) || about === undefined)
    return unknown;
  const status = about.take(0x80, 0xa1, 0x82);
  const thisUpdate = about.take(0x18).time;
  const nextUpdate = about.takeIf(0xa0)?.fields.take(0x18).time ?? null;
  if ((about.takeIf(0xa1)?.fields.take(0x30).members ?? []).some(isCritical)) return unknown;
  if (!isFresh(thisUpdate, nextUpdate, now)) return unknown;
  if (status.tag === 0xa1) {
    const revoked = status.fields;
    revoked.take(0x18);
    return revokedFor(revoked.takeIf(0xa0)?.fields.take(0x0a) ?? null);
  }
  return status.tag === 0x80 ? { status: 'good', until: nextUpdate } : unknown;
}

function isCritical(extension: Element): boolean {
  const fields = extension.fields;
  fields.take();
  return (fields.takeIf(0x01)?.content[0] ?? 0) !== 0;
}

/** RFC 6960 §4.2.2.2: certified by the issuer itself, for answering and in force. */
function responder(carried: Element, issuer: Certificate, now: Date): Certificate[] {
  const certificate = readCertificate(carried.der);
  if (certificate === null || certificate.purposes?.includes(ocspSigning) !== true) return [];
  const isIts = certificate.issuer.equals(issuer.subject) && certificate.x509.verify(issuer.publicKey);
  return isIts && certificate.notBefore <= now && certificate.notAfter > now ? [certificate] : [];
}
