import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { KeyId, OrganizationId, UserId } from '#contract/ids.ts';
import type { KeyKind } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { KeyPairRead } from '#protocols/openpgp/index.ts';
import { domainOf, normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import {
  isPkcs12,
  readEncryptedKey,
  Pkcs12Error,
  readPkcs12,
  type Pkcs12Problem,
} from '#protocols/pkcs12/index.ts';
import { webKeyHash } from '#protocols/openpgp/index.ts';
import { KeysError } from './errors.ts';
import { fingerprintIndex, keyAddressIndex, openAbout, sealAbout } from './key-seals.ts';
import type { AboutKey } from './known-key.ts';
import { putOwnKey, selectOwnKeys, type OwnKeyRow } from './own-key-store.ts';
import type { KeysPorts } from './ports.ts';
import { bytesOfText, certificateIn, readCertificate } from './read-keys.ts';

/** A key of one of our people, for one of their addresses. */
export interface OwnKey extends AboutKey {
  readonly organizationId: OrganizationId;
  readonly keyId: KeyId;
  readonly userId: UserId;
  readonly kind: KeyKind;
  /** Binary: OpenPGP packets, or a DER certificate. */
  readonly material: Buffer;
  /** OpenPGP packets, or PKCS#8 in DER; without a passphrase. */
  readonly secret: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly retiredAt: Date | null;
}

type ReadPair = Pick<OwnKey, 'kind' | 'material' | 'secret' | 'fingerprint' | 'algorithm' | 'expiresAt'> & {
  readonly addresses: readonly string[];
};

/** Makes an OpenPGP pair (Curve25519). */
export async function generatePair(
  { openpgp, clock }: Pick<KeysPorts, 'openpgp' | 'clock'>,
  owner: { readonly name: string; readonly address: string },
): Promise<ReadPair> {
  const made = await openpgp.run('generate', { ...owner, at: clock.now() });
  if (!made.ok) throw new Error(`A key could not be made: ${made.problem}`);
  return fromOpenPgp(made.answer);
}

/** Throws KeysError 'invalid-key', with what to do. */
export async function readPair(
  { openpgp, clock }: Pick<KeysPorts, 'openpgp' | 'clock'>,
  text: string,
  passphrase: string,
): Promise<ReadPair> {
  const bytes = bytesOfText(text);
  if (isPkcs12(bytes)) return readFile(bytes, passphrase);
  const certificate = text.includes('-----BEGIN CERTIFICATE-----') ? certificateIn(Buffer.from(text)) : null;
  if (certificate !== null) {
    const pem = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]*?-----END \1-----/.exec(text)?.[0];
    if (pem === undefined)
      throw new KeysError(
        'invalid-key',
        'The private key is missing: put it into the same text, after the certificate.',
      );
    try {
      const secret = await readPem(pem, passphrase);
      if (!certificate.checkPrivateKey(secret)) throw new Error('of another certificate');
      return { ...readCertificate(certificate), secret: secret.export({ format: 'der', type: 'pkcs8' }) };
    } catch (cause) {
      const problem = cause instanceof Pkcs12Error ? cause.problem : null;
      throw new KeysError('invalid-key', pemWords(problem), { cause });
    }
  }
  const read = await openpgp.run('readPair', { bytes, passphrase, at: clock.now() });
  if (read.ok) return fromOpenPgp(read.answer);
  throw new KeysError(
    'invalid-key',
    read.problem === 'passphrase-wrong'
      ? 'The passphrase of the key is wrong, or missing.'
      : 'This is neither an OpenPGP secret key, nor a certificate with its private key as PEM or PKCS #12 (.p12, .pfx).',
  );
}

/** OpenSSL would derive the key of an encrypted one on the event loop, for as long as the file asks. */
async function readPem(pem: string, passphrase: string): Promise<KeyObject> {
  const encrypted = /^-----BEGIN ENCRYPTED PRIVATE KEY-----([^-]*)-----END/.exec(pem)?.[1];
  return encrypted === undefined
    ? createPrivateKey({ key: pem, passphrase })
    : readEncryptedKey(Buffer.from(encrypted, 'base64'), passphrase);
}

async function readFile(file: Buffer, passphrase: string): Promise<ReadPair> {
  try {
    const { certificate, privateKey } = await readPkcs12(file, passphrase);
    return { ...readCertificate(certificate), secret: privateKey.export({ format: 'der', type: 'pkcs8' }) };
  } catch (cause) {
    if (cause instanceof Pkcs12Error)
      throw new KeysError('invalid-key', pkcs12Words[cause.problem], { cause });
    throw cause;
  }
}

const pkcs12Words = {
  malformed: 'The PKCS #12 file is damaged. Export it again.',
  'wrong-passphrase': 'The passphrase of the PKCS #12 file is wrong, or missing.',
  unsupported:
    'The PKCS #12 file is protected in a way that is outdated (RC2, no MAC) or not known here. Export it again with AES-256.',
  'too-much-work': 'The file asks for too many iterations. Export it again with at most 600,000.',
  'no-pair': 'The PKCS #12 file holds no private key together with its certificate. Export both.',
} as const satisfies Record<Pkcs12Problem, string>;

function pemWords(problem: Pkcs12Problem | null): string {
  if (problem === 'too-much-work') return pkcs12Words[problem];
  return problem === 'unsupported'
    ? 'The private key is encrypted in a way that is not known here. Encrypt it with AES and PBKDF2: openssl pkcs8 -topk8.'
    : 'The private key is not that of the certificate, or its passphrase is wrong.';
}

function fromOpenPgp({ key, secretKey, facts }: KeyPairRead): ReadPair {
  const { fingerprint, algorithm, expiresAt, addresses } = facts;
  return {
    kind: 'openpgp',
    material: Buffer.from(key),
    secret: Buffer.from(secretKey),
    fingerprint,
    algorithm,
    expiresAt,
    addresses,
  };
}

/** Throws KeysError 'invalid-key' when the key is not for the address, 'conflict' when it is a colleague's. */
export async function keepOwnKey(
  tx: Tx,
  { keyring, clock }: Pick<KeysPorts, 'keyring' | 'clock'>,
  owner: { readonly organizationId: OrganizationId; readonly userId: UserId; readonly address: string },
  pair: ReadPair,
): Promise<OwnKey> {
  const { organizationId, userId } = owner;
  const address = normalizeAddress(owner.address);
  if (!pair.addresses.includes(address))
    throw new KeysError('invalid-key', 'The key does not name this address, so others would not accept it.');
  const about = { address, fingerprint: pair.fingerprint, algorithm: pair.algorithm };
  const row = await putOwnKey(tx, {
    organization_id: organizationId,
    key_id: newId<KeyId>(),
    kind: pair.kind,
    user_id: userId,
    address_index: await keyAddressIndex(keyring, organizationId, address),
    fingerprint_index: await fingerprintIndex(keyring, organizationId, pair.fingerprint),
    web_key_index:
      pair.kind === 'openpgp' ? await webKeyIndex(keyring, organizationId, webNameOf(address)) : null,
    about: await sealAbout(keyring, organizationId, 'protection.own-key.about', about),
    material: await keyring.seal(organizationId, 'protection.own-key.material', pair.material),
    secret: await keyring.seal(organizationId, 'protection.own-key.secret', pair.secret),
    expires_at: pair.expiresAt,
    created_at: clock.now(),
    retired_at: null,
  });
  if (row === undefined) throw new KeysError('conflict', 'A colleague has this key for this address.');
  return openOwnKey(keyring, row);
}

export async function openOwnKey(keyring: KeysPorts['keyring'], row: OwnKeyRow): Promise<OwnKey> {
  const organizationId = row.organization_id;
  return {
    ...(await openAbout(keyring, organizationId, 'protection.own-key.about', row.about)),
    organizationId,
    keyId: row.key_id,
    userId: row.user_id,
    kind: row.kind,
    material: await keyring.open(organizationId, 'protection.own-key.material', row.material),
    secret: await keyring.open(organizationId, 'protection.own-key.secret', row.secret),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    retiredAt: row.retired_at,
  };
}

/** Of some of our people, retired ones too: they open what still comes. */
export async function ownKeysOf(
  tx: Tx,
  { keyring }: Pick<KeysPorts, 'keyring'>,
  organizationId: OrganizationId,
  userIds: readonly UserId[],
): Promise<OwnKey[]> {
  const rows = await selectOwnKeys(tx, organizationId, userIds);
  return Promise.all(rows.map((row) => openOwnKey(keyring, row)));
}

function webNameOf(address: string): string {
  return `${webKeyHash(parseAddress(address)?.local ?? '')}@${domainOf(address) ?? ''}`;
}

/** `name`: hash@domain. Blind, since the hash of a name says the name to whoever guesses it. */
export function webKeyIndex(
  keyring: Pick<KeysPorts['keyring'], 'blindIndex'>,
  organizationId: OrganizationId,
  name: string,
): Promise<Buffer> {
  return keyring.blindIndex(organizationId, 'protection.own-key.web-key', name);
}
