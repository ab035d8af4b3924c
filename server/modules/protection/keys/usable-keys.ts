import type { KeyKind, KeySource } from '#contract/keys.ts';
import type { KeyEvidence } from '#contract/protection.ts';
import { chooseCipher, cipherReason } from './content-cipher.ts';
import type { KnownKeyRow } from './known-key-store.ts';
import { revocationWords } from './known-key.ts';
import { keyInUse, openKnownKey, standingOfRow } from './known-keys.ts';
import type { KeysPorts } from './ports.ts';

/** What a recipient's keys of one kind are good for. */
export type KeyFinding =
  | { readonly usable: true; readonly key: KeyEvidence; readonly because: string }
  | { readonly usable: false; readonly because: string };

export type RecipientKeys = Readonly<Record<KeyKind, KeyFinding>>;

/** What is known of addresses, for those of which anything is. */
export async function usableKeys(
  { keyring, clock }: Pick<KeysPorts, 'keyring' | 'clock'>,
  known: ReadonlyMap<string, readonly KnownKeyRow[]>,
): Promise<Map<string, RecipientKeys>> {
  const now = clock.now();
  const found = new Map<string, RecipientKeys>();
  for (const [address, rows] of known) {
    if (rows.length === 0) continue;
    found.set(address, {
      openpgp: await judge(keyring, rows, 'openpgp', now),
      smime: await judge(keyring, rows, 'smime', now),
    });
  }
  return found;
}

async function judge(
  keyring: KeysPorts['keyring'],
  all: readonly KnownKeyRow[],
  kind: KeyKind,
  now: Date,
): Promise<KeyFinding> {
  const rows = all.filter((row) => row.kind === kind);
  const used = keyInUse(rows, kind, now);
  const { a, it } = nouns[kind];
  if (used === undefined) {
    const [newest] = rows;
    if (newest === undefined) return { usable: false, because: `No ${it} of theirs is known.` };
    // The one that an administrator trusted says more than one that only came by.
    const told = rows.find(({ trust }) => trust === 'trusted') ?? newest;
    return { usable: false, because: `${a} of theirs is known, ${unusable[standingOfRow(told, now)]}` };
  }
  const known = await openKnownKey(keyring, used);
  const { fingerprint, algorithm, source, expiresAt } = known;
  const isSmime = kind === 'smime';
  const newer = rows.find((row) => row.created_at > used.created_at && row.trust === 'undecided');
  return {
    usable: true,
    key: {
      kind,
      fingerprint,
      algorithm,
      source,
      ...(isSmime ? { cipher: chooseCipher(known).cipher } : {}),
      expiresAt: expiresAt?.toISOString() ?? null,
    },
    because: `Encrypted to their ${it}, ${sourceWords[source]}.${isSmime ? cipherReason(known) : ''}${known.revocation === 'unknown' ? ` ${revocationWords.unknown}` : ''}${newer === undefined ? '' : ` Another ${it} was seen since, which nobody here has decided to trust.`}`,
  };
}

const nouns = {
  openpgp: { a: 'A key', it: 'key' },
  smime: { a: 'A certificate', it: 'certificate' },
} as const satisfies Record<KeyKind, { a: string; it: string }>;

const sourceWords = {
  upload: 'which an administrator added',
  'signed-mail': 'which came with signed mail and is trusted here',
  'web-key-directory': 'which their own domain publishes',
} as const satisfies Record<KeySource, string>;

const unusable = {
  'in-use': '', // never: it would have been found
  undecided: 'but nobody here has decided to trust it.',
  distrusted: 'but your organisation decided never to use it.',
  expired: 'but it has run out.',
  'on-hold': 'but its issuer has put it on hold.',
  revoked: 'but it was revoked.',
  'cannot-encrypt': 'but nothing can be encrypted to it.',
} as const;
