import { randomBytes } from 'node:crypto';
import { cipherTraits, encryptWith, type ContentCipher, type EncryptedContent } from './content-cipher.ts';
import {
  context,
  element,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  type Der,
} from './der.ts';
import { CmsError, cmsLimits } from './errors.ts';
import { agreeOnKey, canAgree } from './key-agreement.ts';
import { transportKey, type RsaTransport } from './key-transport.ts';
import { oids } from './oids.ts';
import type { Certificate } from './certificate.ts';

export interface EncryptOptions {
  /** At least one. Whether they are trusted is the caller's to know. */
  readonly recipients: readonly Certificate[];
  /** aes-256-gcm by default. */
  readonly cipher?: ContentCipher;
  /** oaep by default. */
  readonly rsaTransport?: RsaTransport;
}

/** True when something can be encrypted to the owner of this certificate: RSA of 2048 bits and more, ECDH, X25519. */
export function canEncryptTo({ publicKey }: Certificate): boolean {
  if (publicKey.asymmetricKeyType !== 'rsa') return canAgree(publicKey);
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits >= 2048 && bits <= 16_384; // RFC 8551 §4.3 and a bound on the work
}

/**
 * ContentInfo with AuthEnvelopedData (RFC 5083) for GCM, EnvelopedData (RFC 5652 §6) for CBC. The event loop has its
 * turns while content is encrypted. Throws CmsError: cannot-encrypt for a recipient's key, too-large.
 */
export async function encryptContent(content: Buffer, options: EncryptOptions): Promise<Buffer> {
  return Buffer.concat(await encryptToPieces(content, options));
}

/** The same without the copy that makes one buffer of it. */
export async function encryptToPieces(content: Buffer, options: EncryptOptions): Promise<readonly Buffer[]> {
  const { recipients, cipher = 'aes-256-gcm', rsaTransport = 'oaep' } = options;
  if (content.length > cmsLimits.bytes || recipients.length > cmsLimits.recipients)
    throw new CmsError('too-large');
  if (recipients.length === 0 || !recipients.every(canEncryptTo)) throw new CmsError('cannot-encrypt');
  const key = randomBytes(cipherTraits(cipher).keyBytes);
  const infos: Der[] = [];
  for (const recipient of recipients) {
    const isRsa = recipient.publicKey.asymmetricKeyType === 'rsa';
    infos.push(isRsa ? transportKey(recipient, key, rsaTransport) : await agreeOnKey(recipient, key));
  }
  const encrypted = await encryptWith(cipher, key, [content]);
  key.fill(0);
  return envelope(infos, encrypted);
}

function envelope(infos: readonly Der[], { algorithm, pieces, tag }: EncryptedContent): Der {
  const info = sequence(objectIdentifier(oids.data), algorithm, element(context(0, 'primitive'), pieces));
  const recipients = setOf(infos);
  if (tag !== null) {
    const body = sequence(smallInteger(0), recipients, info, octetString([tag]));
    return sequence(objectIdentifier(oids.authEnvelopedData), element(context(0, 'constructed'), body));
  }
  // RFC 5652 §6.1: 0 when all recipients have version 0, which key agreement has not.
  const version = infos.every(([first]) => first?.[0] === 0x30) ? 0 : 2;
  const body = sequence(smallInteger(version), recipients, info);
  return sequence(objectIdentifier(oids.envelopedData), element(context(0, 'constructed'), body));
}
