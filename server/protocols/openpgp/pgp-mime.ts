import { randomBytes } from 'node:crypto';
import { readEntity } from '../mime/mime-entity.ts';
import { splitMultipart } from '../mime/split-multipart.ts';

/** What an entity is by RFC 3156. */
export type PgpMime =
  | { readonly kind: 'encrypted'; readonly ciphertext: Buffer }
  | { readonly kind: 'signed'; readonly signed: Buffer; readonly signature: Buffer }
  | { readonly kind: 'malformed' } // says that it is one of them, and two readers could disagree on what it holds
  | { readonly kind: 'none' };

const encryptedType = 'application/pgp-encrypted';
const signatureType = 'application/pgp-signature';

/**
 * Reads a message or part as PGP/MIME. Only the whole of it counts: what is encrypted or signed somewhere within
 * is not looked for, since what stands around it would be shown along with it (EFAIL).
 */
export function readPgpMime(raw: Buffer): PgpMime {
  const read = readEntity(raw);
  if (!read.ok) return { kind: 'none' };
  const { entity } = read;
  const protocol = entity.parameters.get('protocol')?.toLowerCase();
  const isEncrypted = entity.type === 'multipart/encrypted' && protocol === encryptedType;
  const isSigned = entity.type === 'multipart/signed' && protocol === signatureType;
  if (!isEncrypted && !isSigned) return { kind: 'none' };
  const content = splitMultipart(entity);
  const [first, second, third] = content?.parts ?? [];
  // RFC 3156 §4, §5: exactly two parts. Text around them is nobody's.
  if (first === undefined || second === undefined || third !== undefined || content?.hasOuterText === true)
    return { kind: 'malformed' };
  const secondPart = readEntity(second);
  if (!secondPart.ok || !/^(?:7bit|8bit|binary)$/.test(secondPart.entity.encoding))
    return { kind: 'malformed' };
  if (isSigned) {
    if (secondPart.entity.type !== signatureType) return { kind: 'malformed' };
    return { kind: 'signed', signed: first, signature: secondPart.entity.body };
  }
  const control = readEntity(first);
  const isControl =
    control.ok &&
    control.entity.type === encryptedType &&
    /^Version:\s*1\s*$/i.test(control.entity.body.toString('latin1').trim());
  return isControl ? { kind: 'encrypted', ciphertext: secondPart.entity.body } : { kind: 'malformed' };
}

/** RFC 3156 §4: the entity that carries an armored encrypted message. */
export function writeEncryptedEntity(armored: string): Buffer {
  const boundary = newBoundary();
  return Buffer.from(
    [
      `Content-Type: multipart/encrypted; protocol="${encryptedType}";`,
      ` boundary="${boundary}"`,
      '',
      `--${boundary}`,
      `Content-Type: ${encryptedType}`,
      '',
      'Version: 1',
      '',
      `--${boundary}`,
      'Content-Type: application/octet-stream; name="encrypted.asc"',
      'Content-Disposition: inline; filename="encrypted.asc"',
      '',
      withCrlf(armored),
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

/**
 * RFC 3156 §5: the entity that carries what was signed, byte for byte, with its signature. `signed` must be 7bit
 * with CRLF line ends and without blanks at the end of lines (§3), or carriers of mail will break it.
 */
export function writeSignedEntity(
  signed: Buffer,
  { signature, micalg }: { signature: string; micalg: string },
): Buffer {
  const boundary = newBoundary();
  return Buffer.concat([
    Buffer.from(
      [
        `Content-Type: multipart/signed; micalg=${micalg}; protocol="${signatureType}";`,
        ` boundary="${boundary}"`,
        '',
        `--${boundary}`,
        '',
      ].join('\r\n'),
    ),
    signed,
    Buffer.from(
      [
        '',
        `--${boundary}`,
        `Content-Type: ${signatureType}; name="signature.asc"`,
        '',
        withCrlf(signature),
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    ),
  ]);
}

function newBoundary(): string {
  return `=_${randomBytes(18).toString('hex')}`;
}

function withCrlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}
