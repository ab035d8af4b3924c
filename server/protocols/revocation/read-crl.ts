import type { Certificate } from '../cms/certificate.ts';
import { Element } from '../cms/element.ts';
import { CmsError } from '../cms/errors.ts';
import { revokedFor } from './reason.ts';
import { isSignedBy, readSequence } from './signed-structure.ts';
import { isFresh, unknown, type RevocationStatus } from './status.ts';

const issuingDistributionPoint = '2.5.29.28';
const reasonCode = '2.5.29.21';

/** What a CRL in DER (RFC 5280 §5) says of a certificate of `issuer`. Never throws for what it holds. */
export async function statusByCrl(
  crl: Buffer,
  certificate: Pick<Certificate, 'serial'>,
  issuer: Certificate,
  now: Date,
): Promise<RevocationStatus> {
  try {
    return await read(crl, certificate, issuer, now);
  } catch (failure) {
    if (failure instanceof CmsError) return unknown;
    throw failure;
  }
}

async function read(
  crl: Buffer,
  { serial }: Pick<Certificate, 'serial'>,
  issuer: Certificate,
  now: Date,
): Promise<RevocationStatus> {
  const outer = readSequence(crl);
  const body = outer.take(0x30);
  const identifier = outer.take(0x30);
  const signature = outer.take().bits;
  outer.end();
  const fields = body.fields;
  fields.takeIf(0x02);
  if (!fields.take(0x30).der.equals(identifier.der)) return unknown; // §5.1.1.2
  if (!fields.take(0x30).der.equals(issuer.subject)) return unknown;
  const thisUpdate = fields.take(0x17, 0x18).time;
  const nextUpdate = fields.takeIf(0x17, 0x18)?.time ?? null;
  const revoked = fields.takeIf(0x30)?.members ?? [];
  const extensions = fields.takeIf(0xa0)?.fields.take(0x30).members ?? [];
  fields.end();
  if (!extensions.every(isUnderstood) || !isFresh(thisUpdate, nextUpdate, now)) return unknown;
  if (issuer.keyUses?.cRLSign === false) return unknown; // §6.3.3 (f)
  if (!(await isSignedBy(issuer, body, identifier, signature))) return unknown;
  for (const entry of revoked) {
    const parts = entry.fields;
    if (!parts.take(0x02).der.equals(serial)) continue;
    parts.take(0x17, 0x18);
    return revokedFor(reasonOf(parts.takeIf(0x30)?.members ?? []));
  }
  return { status: 'good', until: nextUpdate };
}

function reasonOf(extensions: readonly Element[]): Element | null {
  for (const { fields } of extensions) {
    if (fields.take().oid !== reasonCode) continue;
    fields.takeIf(0x01);
    const reason = Element.read(fields.take(0x04).content);
    return reason.tag === 0x0a ? reason : null;
  }
  return null;
}

/**
 * A critical extension that is not processed makes the list useless (§5.2), as do lists that are not of all
 * certificates of their issuer for all reasons: `issuingDistributionPoint` may name the list and nothing else.
 */
function isUnderstood(extension: Element): boolean {
  const fields = extension.fields;
  const oid = fields.take().oid;
  const isCritical = (fields.takeIf(0x01)?.content[0] ?? 0) !== 0;
  const value = fields.take(0x04).content;
  if (oid !== issuingDistributionPoint) return !isCritical;
  // [0] where it is, [1] onlyContainsUserCerts, which ours is: an authority's is not asked about.
  return Element.read(value).members.every(({ tag }) => tag === 0xa0 || tag === 0x81);
}
