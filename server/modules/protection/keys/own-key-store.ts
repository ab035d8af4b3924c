import { sql } from 'kysely';
import type { KeyId, OrganizationId, UserId } from '#contract/ids.ts';
import type { KeyKind } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';

export interface OwnKeyRow {
  organization_id: OrganizationId;
  key_id: KeyId;
  kind: KeyKind;
  user_id: UserId;
  about: Buffer;
  material: Buffer;
  secret: Buffer;
  expires_at: Date | null;
  created_at: Date;
  retired_at: Date | null;
}

export interface NewOwnKeyRow extends OwnKeyRow {
  address_index: Buffer;
  fingerprint_index: Buffer;
  web_key_index: Buffer | null;
}

const columns = sql.raw(
  'organization_id, key_id, kind, user_id, about, material, secret, expires_at, created_at, retired_at',
);

/** Adds a key; one that its owner had retired is taken up again. The key of another user stays theirs: undefined. */
export async function putOwnKey(tx: Tx, row: NewOwnKeyRow): Promise<OwnKeyRow | undefined> {
  const { rows } = await sql<OwnKeyRow>`
    INSERT INTO protection.own_key AS k
      (organization_id, key_id, kind, user_id, address_index, fingerprint_index, web_key_index, about, material, secret,
       expires_at, created_at)
    VALUES (${row.organization_id}, ${row.key_id}, ${row.kind}, ${row.user_id}, ${row.address_index},
      ${row.fingerprint_index}, ${row.web_key_index}, ${row.about}, ${row.material}, ${row.secret}, ${row.expires_at},
      ${row.created_at})
    ON CONFLICT (organization_id, address_index, kind, fingerprint_index) DO UPDATE
      SET retired_at = NULL, material = excluded.material, secret = excluded.secret, about = excluded.about,
          expires_at = excluded.expires_at
      WHERE k.user_id = excluded.user_id
    RETURNING ${columns}`.execute(tx);
  return rows[0];
}

/** Newest first, retired ones last. */
export async function selectOwnKeys(
  tx: Tx,
  organizationId: OrganizationId,
  userIds: readonly UserId[],
): Promise<OwnKeyRow[]> {
  const { rows } = await sql<OwnKeyRow>`
    SELECT ${columns} FROM protection.own_key
    WHERE organization_id = ${organizationId} AND user_id = ANY(${userIds}::uuid[])
    ORDER BY retired_at IS NOT NULL, created_at DESC, key_id DESC`.execute(tx);
  return rows;
}

/** The newest of an address that is not retired. */
export async function findSigningKey(
  tx: Tx,
  organizationId: OrganizationId,
  { kind, addressIndex, now }: { kind: KeyKind; addressIndex: Buffer; now: Date },
): Promise<OwnKeyRow | undefined> {
  const { rows } = await sql<OwnKeyRow>`
    SELECT ${columns} FROM protection.own_key
    WHERE organization_id = ${organizationId} AND address_index = ${addressIndex} AND kind = ${kind}
      AND retired_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})
    ORDER BY created_at DESC LIMIT 1`.execute(tx);
  return rows[0];
}

/** Those that a Web Key Directory shows under a name. */
export async function selectWebKeys(
  tx: Tx,
  organizationId: OrganizationId,
  webKeyIndex: Buffer,
): Promise<OwnKeyRow[]> {
  const { rows } = await sql<OwnKeyRow>`
    SELECT ${columns} FROM protection.own_key
    WHERE organization_id = ${organizationId} AND web_key_index = ${webKeyIndex} AND retired_at IS NULL
    ORDER BY created_at DESC LIMIT 5`.execute(tx);
  return rows;
}

export async function markRetired(
  tx: Tx,
  organizationId: OrganizationId,
  { keyId, userId, now }: { keyId: KeyId; userId: UserId; now: Date },
): Promise<OwnKeyRow | undefined> {
  const { rows } = await sql<OwnKeyRow>`
    UPDATE protection.own_key SET retired_at = coalesce(retired_at, ${now})
    WHERE organization_id = ${organizationId} AND key_id = ${keyId} AND user_id = ${userId}
    RETURNING ${columns}`.execute(tx);
  return rows[0];
}
