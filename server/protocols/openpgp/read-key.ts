import type { Key, PrivateKey, PublicKey } from 'openpgp';
import { normalizeAddress, parseAddress } from '../mime/address.ts';
import type { KeyFacts } from './key-facts.ts';
import { openpgp } from './library.ts';

/** Keys in one upload at most. */
const mostKeys = 20;

/** Public keys, armored or binary; secret parts are dropped. Throws when it is not OpenPGP. */
export async function parseKeys(bytes: Uint8Array): Promise<PublicKey[]> {
  const armored = armorIn(bytes);
  const keys = await (armored === null
    ? openpgp.readKeys({ binaryKeys: bytes })
    : openpgp.readKeys({ armoredKeys: armored }));
  return keys.slice(0, mostKeys).map((key) => key.toPublic());
}

/** One secret key, armored or binary. Throws when it is none. */
export async function parseSecretKey(bytes: Uint8Array): Promise<PrivateKey> {
  const armored = armorIn(bytes);
  return armored === null
    ? openpgp.readPrivateKey({ binaryKey: bytes })
    : openpgp.readPrivateKey({ armoredKey: armored });
}

/** The armored text, or null where the bytes are binary: those have the high bit of the first octet set (RFC 9580 §4.2). */
export function armorIn(bytes: Uint8Array): string | null {
  const [first = 0] = bytes;
  return first >= 0x80 ? null : new TextDecoder().decode(bytes).trimStart();
}

export async function factsOf(key: Key, at: Date): Promise<KeyFacts> {
  const expires = await key.getExpirationTime().catch(() => null);
  const revoked = await key.isRevoked(undefined, undefined, at).catch(() => true);
  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    keyIds: key.getKeyIDs().map((keyId) => keyId.toHex()),
    version: key.keyPacket.version,
    algorithm: algorithmOf(key),
    createdAt: key.getCreationTime(),
    expiresAt: expires instanceof Date ? expires : null,
    revoked,
    canEncrypt: await holds(key.getEncryptionKey(undefined, at)),
    canSign: await holds(key.getSigningKey(undefined, at)),
    addresses: await addressesOf(key, at),
  };
}

async function holds(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    (found) => found !== null && found !== undefined,
    () => false,
  );
}

/** Only user IDs that the key itself vouches for: anybody can add others. */
async function addressesOf(key: Key, at: Date): Promise<string[]> {
  const found = new Set<string>();
  for (const user of key.users) {
    const text = user.userID?.email === '' ? user.userID.userID : user.userID?.email;
    const address = text === undefined ? null : parseAddress(text);
    if (address !== null && (await holds(user.verify(at)))) found.add(normalizeAddress(address.address));
  }
  return [...found];
}

function algorithmOf(key: Key): string {
  const { algorithm, bits, curve } = key.getAlgorithmInfo();
  if (bits !== undefined) return `RSA ${bits}`;
  if (/25519/.test(curve ?? algorithm)) return 'Curve25519';
  return curve === undefined ? algorithm : `ECC ${curve}`;
}
