import { randomBytes, type KeyObject } from 'node:crypto';
import { isNamedBy, type Certificate } from './certificate.ts';
import { cipherTraits, decryptWith, type ReadCipher } from './content-cipher.ts';
import { CmsError } from './errors.ts';
import { readEnvelope, type Envelope } from './read-envelope.ts';
import type { CertificateName } from './names.ts';

/** A certificate with its private key. */
export interface Identity {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
}

export type DecryptResult =
  | {
      readonly ok: true;
      readonly content: Buffer;
      readonly cipher: ReadCipher;
      /** False for CBC: anybody may have changed the content on its way, so it must never be shown as HTML (EFAIL). */
      readonly authenticated: boolean;
    }
  | {
      readonly ok: false;
      /** The same for everything that can be wrong: what differs here is what an oracle answers. */
      readonly code: 'cannot-decrypt';
    };

const failed: DecryptResult = { ok: false, code: 'cannot-decrypt' };
const mostIdentities = 4;

/**
 * Opens EnvelopedData and AuthEnvelopedData with the identities that are among its recipients. A wrong key, padding or
 * tag fails in the same way and at the same place: where a key cannot be opened one of random content decrypts in its
 * place (RFC 3218 §2.3.2). Never throws for what the structure holds.
 */
export async function decryptContent(cms: Buffer, identities: readonly Identity[]): Promise<DecryptResult> {
  const envelope = tryRead(cms);
  if (envelope === null) return failed;
  for (const key of openedKeys(envelope, identities)) {
    const { parameters, pieces, authenticated } = envelope;
    try {
      const content = await decryptWith(parameters, key, pieces, authenticated);
      return { ok: true, content, cipher: parameters.cipher, authenticated: authenticated !== null };
    } catch {
      continue; // another identity may be the right one
    }
  }
  return failed;
}

function tryRead(cms: Buffer): Envelope | null {
  try {
    return readEnvelope(cms);
  } catch (failure) {
    if (failure instanceof CmsError) return null;
    throw failure;
  }
}

/** One key an identity at most: a message that names one a thousand times costs no more. */
function* openedKeys(
  { recipients, parameters }: Envelope,
  identities: readonly Identity[],
): Generator<Buffer> {
  let tried = 0;
  for (const { certificate, privateKey } of identities) {
    const recipient = recipients.find(({ name, open }) => open !== null && isNamedBy(certificate, name));
    if (recipient?.open == null || tried >= mostIdentities) continue;
    tried += 1;
    const { keyBytes } = cipherTraits(parameters.cipher);
    const random = randomBytes(keyBytes);
    let key: Buffer = random;
    try {
      key = recipient.open(certificate)(privateKey);
    } catch {
      key = random;
    }
    yield key.length === keyBytes ? key : random;
  }
}

/** Which certificates a message is encrypted to; null when that cannot be read. It is no secret. */
export function recipientsOf(cms: Buffer): CertificateName[] | null {
  return tryRead(cms)?.recipients.map(({ name }) => name) ?? null;
}
