import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

export const KeyKind = z.enum([
  'openpgp', // RFC 9580, RFC 4880
  'smime', // an X.509 certificate (RFC 8550)
]);
export type KeyKind = z.output<typeof KeyKind>;

export const KeySource = z.enum([
  'upload', // by an administrator
  'signed-mail', // came along with mail that it signed
  'web-key-directory', // published by the domain of its address
]);
export type KeySource = z.output<typeof KeySource>;

export const KeyTrust = z.enum([
  'trusted', // is encrypted to, and its signatures count
  'undecided', // known, and used for nothing
  'distrusted', // never used, and not taken up again
]);
export type KeyTrust = z.output<typeof KeyTrust>;

/** Why a key is used, or why it is not. */
export const KeyStanding = z.enum([
  'in-use',
  'undecided',
  'distrusted',
  'expired',
  'on-hold', // by its issuer, who may end that
  'revoked',
  'cannot-encrypt',
  'another-in-use', // trusted and good, and so is a newer one of the same address
]);
export type KeyStanding = z.output<typeof KeyStanding>;

/** Which cipher encrypts to a certificate. */
export const CipherSetting = z.enum([
  'auto', // AES-GCM, unless its owner's program says that it reads CBC alone
  'gcm',
  'cbc',
]);
export type CipherSetting = z.output<typeof CipherSetting>;

export const ContentCipherName = z.enum(['aes-256-gcm', 'aes-128-gcm', 'aes-256-cbc', 'aes-128-cbc']);

const CipherViewSchema = z
  .object({
    setting: CipherSetting,
    used: ContentCipherName,
    /** One plain sentence: which, and why. */
    words: z.string(),
  })
  .meta({ id: 'KeyCipher' });
export type CipherView = z.output<typeof CipherViewSchema>;

/** What the issuer of a certificate says of it, as last asked. */
export const RevocationFinding = z.enum([
  'good',
  'on-hold', // not to be used, until its issuer says otherwise
  'revoked',
  'unknown', // nobody answered, or not in a way that counts
  'nowhere-to-ask', // the certificate names no place
]);
export type RevocationFinding = z.output<typeof RevocationFinding>;

const address = z.string().trim().min(3).max(254);
/** Armored or PEM text as it is, or base64 of a binary file. */
const keyText = z.string().min(1).max(200_000);

export const KnownKeyView = z
  .object({
    keyId: z.uuid(),
    kind: KeyKind,
    address: z.string(),
    fingerprint: z.string(),
    algorithm: z.string(),
    source: KeySource,
    trust: KeyTrust,
    standing: KeyStanding,
    /** One plain sentence. */
    words: z.string(),
    /** Whether its issuer has revoked it; null for OpenPGP, and until it was asked. */
    revocation: RevocationFinding.nullable(),
    /** Of mail to a certificate; null for OpenPGP, where the key says it. */
    cipher: CipherViewSchema.nullable(),
    expiresAt: z.iso.datetime().nullable(),
    addedAt: z.iso.datetime(),
    /** Last seen on mail, or at its domain. */
    seenAt: z.iso.datetime(),
  })
  .meta({ id: 'KnownKey' });
export type KnownKeyView = z.output<typeof KnownKeyView>;

export const listKeys = endpoint('GET /api/v1/keys', {
  summary: 'Keys and certificates of people outside, newest first',
  tag: 'Keys',
  query: PageQuery,
  ok: cursorPage(KnownKeyView),
  errors: [],
  permission: 'key.manage',
});

export const findKeys = endpoint('POST /api/v1/keys/find', {
  summary: 'Keys and certificates of one address',
  description: 'A POST, because an address must not be in a URL.',
  tag: 'Keys',
  body: z.strictObject({ address }),
  ok: z.object({ items: z.array(KnownKeyView) }),
  errors: ['invalid-address'],
  permission: 'key.manage',
});

export const addKeys = endpoint('POST /api/v1/keys', {
  summary: 'Add a key or certificate of a person outside',
  description:
    'An OpenPGP public key (armored, or base64 of the binary form) or a certificate (PEM, or base64 of DER). It is kept for each address that it names; with `address`, for that one only.',
  tag: 'Keys',
  body: z.strictObject({ key: keyText, address: address.optional(), trust: z.boolean().default(true) }),
  ok: z.object({ items: z.array(KnownKeyView) }),
  status: 201,
  errors: ['invalid-address', 'invalid-key'],
  permission: 'key.manage',
});

export const lookUpKeys = endpoint('POST /api/v1/keys/look-up', {
  summary: 'Ask the domain of an address for its key (Web Key Directory)',
  tag: 'Keys',
  body: z.strictObject({ address }),
  ok: z.object({ outcome: z.enum(['found', 'none', 'failed']), items: z.array(KnownKeyView) }),
  errors: ['invalid-address'],
  permission: 'key.manage',
});

const oneKey = z.object({ keyId: z.uuid() });

export const decideKey = endpoint('POST /api/v1/keys/:keyId/trust', {
  summary: 'Trust a key, or no longer',
  tag: 'Keys',
  params: oneKey,
  body: z.strictObject({ trust: KeyTrust }),
  ok: KnownKeyView,
  errors: ['not-found'],
  permission: 'key.manage',
});

export const setKeyCipher = endpoint('POST /api/v1/keys/:keyId/cipher', {
  summary: 'Set which cipher encrypts to a certificate',
  tag: 'Keys',
  params: oneKey,
  body: z.strictObject({ cipher: CipherSetting }),
  ok: KnownKeyView,
  errors: ['not-found'],
  permission: 'key.manage',
});

export const removeKey = endpoint('DELETE /api/v1/keys/:keyId', {
  summary: 'Forget a key',
  tag: 'Keys',
  params: oneKey,
  ok: 'empty',
  errors: ['not-found'],
  permission: 'key.manage',
});

export const KeyPolicy = z
  .object({
    /** Keys that the domain of an address publishes are trusted at once. */
    trustWebKeys: z.boolean(),
    /** The first key seen on signed mail of an address is trusted at once. */
    trustFirstUse: z.boolean(),
  })
  .meta({ id: 'KeyPolicy' });
export type KeyPolicy = z.output<typeof KeyPolicy>;

export const getKeyPolicy = endpoint('GET /api/v1/key-policy', {
  summary: 'Which keys are trusted without a decision',
  tag: 'Keys',
  ok: KeyPolicy,
  errors: [],
  permission: 'key.manage',
});

export const setKeyPolicy = endpoint('PUT /api/v1/key-policy', {
  summary: 'Set which keys are trusted without a decision',
  tag: 'Keys',
  body: z.strictObject(KeyPolicy.shape),
  ok: KeyPolicy,
  errors: [],
  permission: 'key.manage',
});

export const OwnKeyView = z
  .object({
    keyId: z.uuid(),
    kind: KeyKind,
    address: z.string(),
    fingerprint: z.string(),
    algorithm: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    /** Since then it only opens what still comes. */
    retiredAt: z.iso.datetime().nullable(),
    /** The public part, to hand to others: armored key or PEM certificate. */
    publicText: z.string(),
  })
  .meta({ id: 'OwnKey' });
export type OwnKeyView = z.output<typeof OwnKeyView>;

export const listOwnKeys = endpoint('GET /api/v1/own-keys', {
  summary: "Keys of one's own addresses",
  tag: 'Keys',
  ok: z.object({ items: z.array(OwnKeyView), addresses: z.array(z.string()) }),
  errors: [],
  permission: 'key.own',
});

export const generateOwnKey = endpoint('POST /api/v1/own-keys/generate', {
  summary: "Make an OpenPGP key for one of one's own addresses",
  tag: 'Keys',
  body: z.strictObject({ address }),
  ok: OwnKeyView,
  status: 201,
  errors: ['invalid-address', 'conflict'],
  permission: 'key.own',
});

export const addOwnKey = endpoint('POST /api/v1/own-keys', {
  summary: "Bring a key for one of one's own addresses",
  description:
    'An OpenPGP secret key (armored, or base64 of the binary form), or a certificate and its private key: PEM in one text, or base64 of a PKCS #12 file. The secret part is kept under the key of the organisation.',
  tag: 'Keys',
  body: z.strictObject({ address, key: keyText, passphrase: z.string().max(1000).default('') }),
  ok: OwnKeyView,
  status: 201,
  errors: ['invalid-address', 'invalid-key'],
  permission: 'key.own',
});

export const retireOwnKey = endpoint('POST /api/v1/own-keys/:ownKeyId/retire', {
  summary: 'Sign with a key, and publish it, no longer',
  description: 'It goes on opening what others still encrypt to it.',
  tag: 'Keys',
  params: z.object({ ownKeyId: z.uuid() }),
  ok: OwnKeyView,
  errors: ['not-found'],
  permission: 'key.own',
});
