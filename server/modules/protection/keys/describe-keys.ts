import type { OrganizationId } from '#contract/ids.ts';
import type { KeyStanding, KnownKeyView, OwnKeyView, RevocationFinding } from '#contract/keys.ts';
import { armorPublicKey } from '#protocols/openpgp/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { describeCipher } from './content-cipher.ts';
import { revocationWords, standingOf, standingWords } from './known-key.ts';
import type { KnownKeyRow } from './known-key-store.ts';
import { keyInUse, keysOfAddresses, openKnownKey } from './known-keys.ts';
import type { OwnKey } from './own-keys.ts';
import type { KeysPorts } from './ports.ts';

/** Keys as administrators see them, each with whether it is used, and why not. */
export async function describeKeys(
  tx: Tx,
  ports: Pick<KeysPorts, 'keyring' | 'clock'>,
  organizationId: OrganizationId,
  rows: readonly KnownKeyRow[],
): Promise<KnownKeyView[]> {
  const now = ports.clock.now();
  const keys = await Promise.all(rows.map((row) => openKnownKey(ports.keyring, row)));
  const addresses = [...new Set(keys.map(({ address }) => address))];
  const all = await keysOfAddresses(tx, ports, organizationId, addresses);
  return keys.map((key) => {
    const used = keyInUse(all.get(key.address) ?? [], key.kind, now);
    const own = standingOf(key, now);
    const standing = own === 'in-use' && used?.key_id !== key.keyId ? 'another-in-use' : own;
    return {
      keyId: key.keyId,
      kind: key.kind,
      address: key.address,
      fingerprint: key.fingerprint,
      algorithm: key.algorithm,
      source: key.source,
      trust: key.trust,
      standing,
      words: wordsOf(standing, key.revocation),
      revocation: key.revocation,
      cipher: key.kind === 'smime' ? describeCipher(key) : null,
      expiresAt: key.expiresAt?.toISOString() ?? null,
      addedAt: key.createdAt.toISOString(),
      seenAt: key.seenAt.toISOString(),
    };
  });
}

function wordsOf(standing: KeyStanding, revocation: RevocationFinding | null): string {
  const more = standing === 'in-use' && revocation !== null ? revocationWords[revocation] : '';
  return more === '' ? standingWords[standing] : `${standingWords[standing]} ${more}`;
}

export function describeOwnKey(key: OwnKey): OwnKeyView {
  return {
    keyId: key.keyId,
    kind: key.kind,
    address: key.address,
    fingerprint: key.fingerprint,
    algorithm: key.algorithm,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    retiredAt: key.retiredAt?.toISOString() ?? null,
    publicText: textOf(key),
  };
}

function textOf({ kind, material }: Pick<OwnKey, 'kind' | 'material'>): string {
  if (kind === 'openpgp') return armorPublicKey(material);
  const lines = material.toString('base64').replace(/.{64}(?=.)/g, '$&\n'); // RFC 7468 §3
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
