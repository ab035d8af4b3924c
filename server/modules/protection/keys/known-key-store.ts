import { sql } from 'kysely';
import type { KeyId, OrganizationId } from '#contract/ids.ts';
import type { CipherSetting, KeyKind, KeySource, KeyTrust, RevocationFinding } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';

export interface KnownKeyRow {
  organization_id: OrganizationId;
  key_id: KeyId;
  kind: KeyKind;
  address_index: Buffer;
  about: Buffer;
  material: Buffer;
  source: KeySource;
  trust: KeyTrust;
  can_encrypt: boolean;
  revoked: boolean;
  expires_at: Date | null;
  created_at: Date;
  seen_at: Date;
  cipher_setting: CipherSetting;
  ciphers: string[] | null;
  reads_oaep: boolean | null;
  ciphers_said_at: Date | null;
  revocation: RevocationFinding | null;
}

type LearnedColumn = 'cipher_setting' | 'ciphers' | 'reads_oaep' | 'ciphers_said_at' | 'revocation';
export type NewKnownKeyRow = Omit<KnownKeyRow, LearnedColumn> & { fingerprint_index: Buffer };

export const knownKeyColumns = sql.raw(
  'organization_id, key_id, kind, address_index, about, material, source, trust, can_encrypt, revoked, expires_at, created_at, seen_at, cipher_setting, ciphers, reads_oaep, ciphers_said_at, revocation',
);

/**
 * Adds a key, or takes over what is new of one that is known: its material, end and revocation, which is for ever.
 * Trust that was decided stands, unless this is a decision (`decides`).
 */
export async function putKnownKey(
  tx: Tx,
  row: NewKnownKeyRow,
  decides: boolean,
): Promise<KnownKeyRow & { added: boolean }> {
  const { rows } = await sql<KnownKeyRow & { added: boolean }>`
    INSERT INTO protection.known_key AS k
      (organization_id, key_id, kind, address_index, fingerprint_index, about, material, source, trust, can_encrypt,
       revoked, expires_at, created_at, seen_at, decided_at)
    VALUES (${row.organization_id}, ${row.key_id}, ${row.kind}, ${row.address_index}, ${row.fingerprint_index},
      ${row.about}, ${row.material}, ${row.source}, ${row.trust}, ${row.can_encrypt}, ${row.revoked}, ${row.expires_at},
      ${row.created_at}, ${row.seen_at}, ${decides ? row.created_at : null})
    ON CONFLICT (organization_id, address_index, kind, fingerprint_index) DO UPDATE SET
      material = CASE WHEN k.revoked THEN k.material ELSE excluded.material END,
      revoked = k.revoked OR excluded.revoked,
      can_encrypt = excluded.can_encrypt AND NOT k.revoked,
      expires_at = excluded.expires_at,
      seen_at = excluded.seen_at,
      trust = CASE WHEN ${decides} THEN excluded.trust ELSE k.trust END,
      decided_at = CASE WHEN ${decides} THEN excluded.created_at ELSE k.decided_at END
    RETURNING ${knownKeyColumns}, (xmax = 0) AS added`.execute(tx);
  const [put] = rows;
  if (put === undefined) throw new Error('A key was neither added nor found');
  return put;
}

/** Of many addresses at once; newest first. */
export async function selectKeysOf(
  tx: Tx,
  organizationId: OrganizationId,
  addressIndexes: readonly Buffer[],
): Promise<KnownKeyRow[]> {
  const { rows } = await sql<KnownKeyRow>`
    SELECT ${knownKeyColumns} FROM protection.known_key
    WHERE organization_id = ${organizationId} AND address_index = ANY(${addressIndexes}::bytea[])
    ORDER BY created_at DESC, key_id DESC`.execute(tx);
  return rows;
}

/** Newest first, after `before` if given. */
export async function selectKeys(
  tx: Tx,
  organizationId: OrganizationId,
  { before, limit }: { before?: { createdAt: Date; keyId: KeyId } | undefined; limit: number },
): Promise<KnownKeyRow[]> {
  const { rows } = await sql<KnownKeyRow>`
    SELECT ${knownKeyColumns} FROM protection.known_key
    WHERE organization_id = ${organizationId}
      AND (${before === undefined} OR (created_at, key_id) < (${before?.createdAt ?? null}::timestamptz, ${before?.keyId ?? null}::uuid))
    ORDER BY created_at DESC, key_id DESC LIMIT ${limit}`.execute(tx);
  return rows;
}

export async function updateTrust(
  tx: Tx,
  organizationId: OrganizationId,
  keyId: KeyId,
  { trust, now }: { trust: KeyTrust; now: Date },
): Promise<KnownKeyRow | undefined> {
  const { rows } = await sql<KnownKeyRow>`
    UPDATE protection.known_key SET trust = ${trust}, decided_at = ${now}
    WHERE organization_id = ${organizationId} AND key_id = ${keyId} RETURNING ${knownKeyColumns}`.execute(tx);
  return rows[0];
}

/** What the owner's program said, unless something newer is known. */
export async function updateCapabilities(
  tx: Tx,
  { organization_id: organizationId, key_id: keyId }: Pick<KnownKeyRow, 'organization_id' | 'key_id'>,
  said: { readonly ciphers: readonly string[]; readonly oaep: boolean; readonly at: Date },
): Promise<boolean> {
  const { rows } = await sql`
    UPDATE protection.known_key
    SET ciphers = ${said.ciphers}::text[], reads_oaep = ${said.oaep}, ciphers_said_at = ${said.at}
    WHERE organization_id = ${organizationId} AND key_id = ${keyId}
      AND (ciphers_said_at IS NULL OR ciphers_said_at < ${said.at}) RETURNING key_id`.execute(tx);
  return rows.length > 0;
}

/** Of certificates only: undefined for OpenPGP, too. */
export async function updateCipher(
  tx: Tx,
  organizationId: OrganizationId,
  keyId: KeyId,
  cipher: CipherSetting,
): Promise<KnownKeyRow | undefined> {
  const { rows } = await sql<KnownKeyRow>`
    UPDATE protection.known_key SET cipher_setting = ${cipher}
    WHERE organization_id = ${organizationId} AND key_id = ${keyId} AND kind = 'smime'
    RETURNING ${knownKeyColumns}`.execute(tx);
  return rows[0];
}

export async function deleteKnownKey(
  tx: Tx,
  organizationId: OrganizationId,
  keyId: KeyId,
): Promise<KnownKeyRow | undefined> {
  const { rows } = await sql<KnownKeyRow>`
    DELETE FROM protection.known_key
    WHERE organization_id = ${organizationId} AND key_id = ${keyId} RETURNING ${knownKeyColumns}`.execute(tx);
  return rows[0];
}
