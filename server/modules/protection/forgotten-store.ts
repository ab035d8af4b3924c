import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

/** A domain, and the moment up to which an organisation holds nothing against it. */
export interface ForgottenDomain {
  readonly domain: string;
  readonly forgottenAt: Date;
}

export async function upsertForgotten(
  tx: Tx,
  organizationId: OrganizationId,
  { domain, forgottenAt }: ForgottenDomain,
): Promise<void> {
  await sql`
    INSERT INTO protection.forgotten_domain (organization_id, domain, forgotten_at)
    VALUES (${organizationId}, ${domain}, ${forgottenAt})
    ON CONFLICT (organization_id, domain) DO UPDATE SET forgotten_at = excluded.forgotten_at`.execute(tx);
}

/** Of one organisation, latest first. */
export async function selectForgotten(tx: Tx, organizationId: OrganizationId): Promise<ForgottenDomain[]> {
  const { rows } = await sql<ForgottenDomain>`
    SELECT domain, forgotten_at AS "forgottenAt" FROM protection.forgotten_domain
    WHERE organization_id = ${organizationId} ORDER BY forgotten_at DESC, domain`.execute(tx);
  return rows;
}

/** Of all organisations: what was forgotten before a moment, by when memory itself has ended. Returns how many. */
export async function deleteForgottenBefore(tx: Tx, before: Date): Promise<number> {
  const deleted = await sql`DELETE FROM protection.forgotten_domain WHERE forgotten_at < ${before}`.execute(
    tx,
  );
  return Number(deleted.numAffectedRows ?? 0n);
}
