import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** C2SP signed-note: signature type 0x01 is Ed25519 (RFC 8032). */
const ed25519Type = 0x01;
const publicKeyBytes = 32;
// RFC 8410 §4: the SubjectPublicKeyInfo of an Ed25519 key is this and the 32 bytes.
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** A key that notes are verified with. */
export interface NoteVerifier {
  readonly name: string;
  /** The first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ public key), as a number. */
  readonly keyHash: number;
  readonly publicKey: KeyObject;
}

/** A key that notes are signed with. */
export interface NoteSigner extends NoteVerifier {
  readonly privateKey: KeyObject;
}

/** Makes an Ed25519 key pair. */
export function generateNoteSigner(name: string): NoteSigner {
  return noteSigner(name, generateKeyPairSync('ed25519').privateKey);
}

/** `privateKey` is an Ed25519 key. Throws RangeError for a name with spaces or '+' in it, or none. */
export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  return { ...noteVerifier(name, rawPublicKey(createPublicKey(privateKey))), privateKey };
}

function noteVerifier(name: string, raw: Buffer): NoteVerifier {
  // C2SP signed-note: the name is not empty and has neither Unicode spaces nor plus signs.
  if (!/^[^\s+]+$/u.test(name))
    throw new RangeError('The name of a key must not be empty or contain spaces or plus signs');
  const typed = Buffer.concat([Buffer.of(ed25519Type), raw]);
  return {
    name,
    keyHash: createHash('sha256').update(`${name}\n`).update(typed).digest().readUInt32BE(),
    publicKey: createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' }),
  };
}

/** The verifier key as text: `<name>+<key hash, hex>+<base64 of type and key>`. C2SP signed-note, "Verifier keys". */
export function encodeVerifierKey({ name, keyHash, publicKey }: NoteVerifier): string {
  const typed = Buffer.concat([Buffer.of(ed25519Type), rawPublicKey(publicKey)]);
  return `${name}+${keyHash.toString(16).padStart(8, '0')}+${typed.toString('base64')}`;
}

/** The reverse; undefined for anything that is not a well-formed Ed25519 verifier key. */
export function decodeVerifierKey(text: string): NoteVerifier | undefined {
  const [, name = '', hash = '', encoded = ''] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text) ?? [];
  const typed = Buffer.from(encoded, 'base64');
  if (typed.toString('base64') !== encoded || typed.length !== 1 + publicKeyBytes || typed[0] !== ed25519Type)
    return undefined;
  const verifier = noteVerifier(name, typed.subarray(1));
  return verifier.keyHash === Number.parseInt(hash, 16) ? verifier : undefined;
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length);
}
