import { encryptToPieces, type EncryptOptions } from '../cms/index.ts';
import { encodeBase64 } from './base64.ts';
import { cmsHeader } from './sign-entity.ts';

/**
 * Encrypts a MIME entity (RFC 8551 §3.3, §3.4); sign first what shall be signed. Gives an entity that begins with its
 * Content-Type. Throws CmsError as `encryptContent` does.
 */
export async function encryptEntity(entity: Buffer, options: EncryptOptions): Promise<Buffer> {
  const isCbc = options.cipher?.endsWith('cbc') === true;
  const pieces = await encryptToPieces(entity, options);
  return encodeBase64(pieces, cmsHeader(isCbc ? 'enveloped-data' : 'authEnveloped-data'));
}
