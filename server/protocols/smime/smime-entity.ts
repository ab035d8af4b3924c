import { decodeTransfer } from '../mime/transfer-encoding.ts';
import { readEntity, type MimeEntity } from '../mime/mime-entity.ts';
import { splitMultipart } from '../mime/split-multipart.ts';
import { cmsLimits } from '../cms/index.ts';
import { decodeBase64 } from './base64.ts';

/** What an entity is to S/MIME: RFC 8551 §3. */
export type SmimeEntity =
  | {
      readonly kind: 'detached'; // multipart/signed: §3.5.3
      /** The exact bytes of the first part. */
      readonly content: Buffer;
      readonly cms: Buffer;
      /** Text stands before or after the parts, which no reader shows. */
      readonly hasOuterText: boolean;
    }
  | { readonly kind: 'opaque' /** Signed-data: §3.5.2. */; readonly cms: Buffer }
  | {
      readonly kind: 'enveloped' /** EnvelopedData and AuthEnvelopedData: §3.3, §3.4. */;
      readonly cms: Buffer;
    }
  | { readonly kind: 'malformed' /** It claims to be S/MIME, and cannot be read. */ }
  | { readonly kind: 'none' };

const cmsTypes = new Set(['application/pkcs7-mime', 'application/x-pkcs7-mime']);
const signatureTypes = new Set(['application/pkcs7-signature', 'application/x-pkcs7-signature']);

/** What `readSmimeEntity` would find, by the content type alone. */
export function smimeKindOf(entity: MimeEntity): 'signed' | 'cms' | 'none' {
  if (cmsTypes.has(entity.type)) return 'cms';
  const protocol = entity.parameters.get('protocol')?.toLowerCase() ?? '';
  return entity.type === 'multipart/signed' && signatureTypes.has(protocol) ? 'signed' : 'none';
}

export async function readSmimeEntity(entity: MimeEntity): Promise<SmimeEntity> {
  const kind = smimeKindOf(entity);
  if (kind === 'signed') return readMultipartSigned(entity);
  if (kind === 'none') return { kind };
  const cms = await decoded(entity);
  if (cms === null) return { kind: 'malformed' };
  // The smime-type parameter is a hint that no signature covers: the content type of the CMS itself counts.
  return { kind: isSignedData(cms) ? 'opaque' : 'enveloped', cms };
}

async function readMultipartSigned(entity: MimeEntity): Promise<SmimeEntity> {
  const split = splitMultipart(entity);
  const [content, second, ...others] = split?.parts ?? [];
  if (split === null || content === undefined || second === undefined || others.length > 0)
    return { kind: 'malformed' };
  const signature = readEntity(second);
  if (!signature.ok || !signatureTypes.has(signature.entity.type)) return { kind: 'malformed' };
  const cms = await decoded(signature.entity);
  if (cms === null) return { kind: 'malformed' };
  return { kind: 'detached', content, cms, hasOuterText: split.hasOuterText };
}

async function decoded({ body, encoding }: MimeEntity): Promise<Buffer | null> {
  if (body.length > cmsLimits.bytes * 1.5) return null;
  if (encoding === 'base64') return decodeBase64(body);
  const { content, isProblem } = decodeTransfer(body, encoding);
  return isProblem ? null : content;
}

const signedDataOid = Buffer.from('06092a864886f70d010702', 'hex');

/** ContentInfo begins with the type of its content, after at most five octets of length. */
function isSignedData(cms: Buffer): boolean {
  return cms.subarray(0, 7 + signedDataOid.length).includes(signedDataOid);
}
