import { sql } from 'kysely';
import type { KeyId, OrganizationId } from '#contract/ids.ts';
import type { RevocationFinding } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';
import { knownKeyColumns, type KnownKeyRow } from './known-key-store.ts';

/** Certificates that are due to be asked about, which nobody else takes for `leaseMs`. Across tenants. */
export async function claimRevocations(
  tx: Tx,
  { now, leaseMs, limit }: { now: Date; leaseMs: number; limit: number },
): Promise<KnownKeyRow[]> {
  const { rows } = await sql<KnownKeyRow>`
    WITH due AS MATERIALIZED (
      SELECT organization_id AS organization, key_id AS key FROM protection.known_key
      WHERE kind = 'smime' AND trust = 'trusted' AND NOT revoked AND revocation_due_at <= ${now}
      ORDER BY revocation_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE protection.known_key SET revocation_due_at = ${new Date(now.getTime() + leaseMs)}
    FROM due WHERE organization_id = due.organization AND key_id = due.key
    RETURNING ${knownKeyColumns}`.execute(tx);
  return rows;
}

/**
 * What was known and what is now. What is revoked stays so; a hold ends by an answer, and not because nobody answers.
 */
export async function putRevocation(
  tx: Tx,
  organizationId: OrganizationId,
  put: {
    readonly keyId: KeyId;
    readonly status: RevocationFinding;
    readonly now: Date;
    readonly dueAt: Date;
  },
): Promise<Record<'before' | 'after', RevocationFinding | null>> {
  const { rows } = await sql<Record<'before' | 'after', RevocationFinding | null>>`
    UPDATE protection.known_key AS k
    SET revocation = CASE WHEN before.revocation = 'on-hold' AND ${put.status === 'unknown'} THEN 'on-hold'
      ELSE ${put.status} END, revocation_asked_at = ${put.now}, revocation_due_at = ${put.dueAt},
      revoked = k.revoked OR ${put.status === 'revoked'}
    FROM (SELECT revocation FROM protection.known_key
          WHERE organization_id = ${organizationId} AND key_id = ${put.keyId} FOR UPDATE) AS before
    WHERE k.organization_id = ${organizationId} AND k.key_id = ${put.keyId}
    RETURNING before.revocation AS before, k.revocation AS after`.execute(tx);
  return rows[0] ?? { before: null, after: null };
}
