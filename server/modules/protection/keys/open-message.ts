import type { OrganizationId } from '#contract/ids.ts';
import type { Capabilities } from '#protocols/cms/index.ts';
import { readProtectedHeaders } from '#protocols/header-protection/index.ts';
import { normalizeAddress, parseHeaderSection } from '#protocols/mime/index.ts';
import { parseAutocrypt, readPgpMime, type OpenPgpProblem } from '#protocols/openpgp/index.ts';
import { authorOf } from './encrypt-message.ts';
import type { KnownKey } from './known-key.ts';
import { keysOfAddresses, openKnownKey } from './known-keys.ts';
import type { OpenedFinding } from './opened-finding.ts';
import type { OwnKey } from './own-keys.ts';
import type { KeysPorts } from './ports.ts';
import { readKeys, type ReadKey } from './read-keys.ts';

type Ports = Pick<KeysPorts, 'database' | 'keyring' | 'clock' | 'openpgp' | 'smime'>;

/** A valid signature, and the key that made it. */
interface Signature {
  readonly verdict: 'valid' | 'unknown-key' | 'invalid';
  readonly key: ReadKey | null;
}

/** A message taken out of OpenPGP. */
interface Unwrapped {
  readonly encryption: OpenedFinding['encryption'];
  /** What was encrypted, or what the signature covers, byte for byte; null: nothing may be shown of it. */
  readonly payload: Buffer | null;
  readonly signatures: readonly Signature[];
}

export interface OpenedMail {
  /** Null: it is neither signed nor encrypted as a whole. */
  readonly finding: OpenedFinding | null;
  /** The message that people are to see; null: the one that came. */
  readonly shown: Buffer | null;
  /** A key that signed this message and names its author. */
  readonly harvest: {
    readonly address: string;
    readonly key: ReadKey;
    /** What the program that signed says that it reads; null where it says nothing. */
    readonly says: Said | null;
  } | null;
}

/** SMIMECapabilities (RFC 8551 §2.5.2), under the signature, and when it was made. */
export type Said = Capabilities & { readonly at: Date };

/** Of decrypted content: as much as a message may have that comes in. */
const openedLimitBytes = 100 * 1024 * 1024;

/**
 * Opens a message that is signed or encrypted as a whole, with the keys of those it came for. Null when it is
 * neither; 'later' when it could not be tried just now. What is shown afterwards is what was under the protection,
 * and nothing beside it.
 */
export async function openMessage(
  ports: Ports,
  organizationId: OrganizationId,
  raw: Buffer,
  ownKeys: readonly OwnKey[],
): Promise<OpenedMail | 'later' | null> {
  const author = authorOf(raw);
  const known = await knownSigners(ports, organizationId, author);
  const signers = await signersOf(ports, raw, author, known);
  const unwrapped = await unwrapOpenPgp(ports, raw, ownKeys, signers);
  if (unwrapped === 'later') return 'later';
  if (unwrapped !== null) return judge(raw, author, known, unwrapped);
  return ports.smime.open(raw, { author, ownKeys, known, receivedAt: ports.clock.now() });
}

async function knownSigners(
  ports: Ports,
  organizationId: OrganizationId,
  author: string | null,
): Promise<KnownKey[]> {
  if (author === null) return [];
  return ports.database.inTenant(organizationId, async (tx) => {
    const rows = (await keysOfAddresses(tx, ports, organizationId, [author])).get(author) ?? [];
    return Promise.all(rows.map((row) => openKnownKey(ports.keyring, row)));
  });
}

/** OpenPGP keys that the signature is tried with: those known of the author, and the one that came along. */
async function signersOf(
  ports: Ports,
  raw: Buffer,
  author: string | null,
  known: readonly KnownKey[],
): Promise<ReadKey[]> {
  const parsed = parseHeaderSection(raw);
  const fields = parsed.ok ? parsed.section.fields.filter(({ key }) => key === 'autocrypt') : [];
  const [only] = fields;
  const carried = only === undefined || fields.length > 1 ? null : parseAutocrypt(only.value);
  const materials = known.filter(({ kind }) => kind === 'openpgp').map(({ material }) => material);
  if (carried !== null && carried.address === author) materials.push(Buffer.from(carried.key));
  const read = await Promise.all(materials.map((material) => readKeys(ports, material).catch(() => [])));
  return read.flat();
}

const encryptionOf = {
  'no-key': 'no-key',
  unauthenticated: 'unauthenticated',
  'too-large': 'too-large',
  'too-slow': 'too-large',
  'too-much-memory': 'too-large',
  unreadable: 'unreadable',
  'passphrase-wrong': 'unreadable',
  'key-unusable': 'no-key',
} as const satisfies Record<Exclude<OpenPgpProblem, 'too-busy'>, OpenedFinding['encryption']>;

async function unwrapOpenPgp(
  ports: Ports,
  raw: Buffer,
  ownKeys: readonly OwnKey[],
  signers: readonly ReadKey[],
): Promise<Unwrapped | 'later' | null> {
  const found = readPgpMime(raw);
  if (found.kind === 'none') return null;
  if (found.kind === 'malformed') return { encryption: 'unreadable', payload: null, signatures: [] };
  if (found.kind === 'signed') {
    const signatures = await verify(ports, found, signers);
    if (signatures === 'later') return 'later';
    return { encryption: 'none', payload: found.signed, signatures };
  }
  const at = ports.clock.now();
  const opened = await ports.openpgp.run('decrypt', {
    content: found.ciphertext,
    secretKeys: ownKeys.filter(({ kind }) => kind === 'openpgp').map(({ secret }) => secret),
    signers: signers.map(({ material }) => material),
    limitBytes: openedLimitBytes,
    at: new Date(at.getTime() + skewMs),
  });
  if (!opened.ok) {
    if (opened.problem === 'too-busy') return 'later';
    return { encryption: encryptionOf[opened.problem], payload: null, signatures: [] };
  }
  const payload = withCrlf(Buffer.from(opened.answer.content));
  const signatures = opened.answer.signatures.map((seen) => withKey(seen, signers));
  // RFC 3156 §6.1: signed first, then encrypted, each as a part of its own.
  const within = readPgpMime(payload);
  if (within.kind !== 'signed') return { encryption: 'decrypted', payload, signatures };
  const inner = await verify(ports, within, signers);
  if (inner === 'later') return 'later';
  return { encryption: 'decrypted', payload: within.signed, signatures: [...signatures, ...inner] };
}

/** Some programs encrypt with the line ends of their system. What has a CR is left as it is. */
function withCrlf(payload: Buffer): Buffer {
  return payload.includes(13)
    ? payload
    : Buffer.from(payload.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}

/** Clocks of others may run ahead. */
const skewMs = 5 * 60_000;

async function verify(
  ports: Ports,
  { signed, signature }: { signed: Buffer; signature: Buffer },
  signers: readonly ReadKey[],
): Promise<Signature[] | 'later'> {
  const seen = await ports.openpgp.run('verify', {
    content: signed,
    signature,
    signers: signers.map(({ material }) => material),
    at: new Date(ports.clock.now().getTime() + skewMs),
  });
  if (seen.ok) return seen.answer.map((each) => withKey(each, signers));
  return seen.problem === 'too-busy' ? 'later' : [{ verdict: 'invalid', key: null }];
}

function withKey(
  { verdict, fingerprint }: { verdict: Signature['verdict']; fingerprint: string | null },
  signers: readonly ReadKey[],
): Signature {
  return { verdict, key: signers.find((key) => key.fingerprint === fingerprint) ?? null };
}

function judge(
  raw: Buffer,
  outerAuthor: string | null,
  known: readonly KnownKey[],
  { encryption, payload, signatures }: Unwrapped,
): OpenedMail {
  const nothing = { kind: 'openpgp', encryption, signature: 'none', headers: 'unprotected' } as const;
  if (payload === null) return { finding: nothing, shown: null, harvest: null };
  const valid = signatures.filter(({ verdict }) => verdict === 'valid');
  const read = readProtectedHeaders(raw, payload, {
    signed: valid.length > 0,
    encrypted: encryption === 'decrypted',
    signers: valid.flatMap(({ key }) => key?.addresses ?? []),
  });
  if (read === null) return { finding: { ...nothing, encryption: 'unreadable' }, shown: null, harvest: null };
  const author = authorOf(read.message);
  const theirs =
    valid.find(({ key }) => author !== null && key?.addresses.includes(author) === true)?.key ?? null;
  const finding: OpenedFinding = {
    kind: 'openpgp',
    encryption,
    signature: signatureOf(signatures, theirs, known),
    headers: read.findings.includes('from-differs')
      ? 'from-differs'
      : read.scheme === 'none'
        ? 'unprotected'
        : 'protected',
  };
  // What the directory says is of the address outside: another one within has no say in it.
  const isSame = author !== null && author === outerAuthor && normalizeAddress(author) === author;
  return {
    finding: isSame || finding.signature !== 'trusted' ? finding : { ...finding, signature: 'other-person' },
    shown: read.message,
    harvest: theirs !== null && isSame ? { address: author, key: theirs, says: null } : null,
  };
}

function signatureOf(
  signatures: readonly Signature[],
  theirs: ReadKey | null,
  known: readonly KnownKey[],
): OpenedFinding['signature'] {
  if (signatures.length === 0) return 'none';
  // One that does not hold outweighs others that do: something was changed.
  if (signatures.some(({ verdict }) => verdict === 'invalid')) return 'invalid';
  if (theirs !== null)
    return known.find(({ fingerprint }) => fingerprint === theirs.fingerprint)?.trust ?? 'undecided';
  return signatures.some(({ verdict }) => verdict === 'valid') ? 'other-person' : 'unknown-key';
}
