import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { KeyPolicy } from '#contract/keys.ts';
import type { Tx } from '#platform/database/database.ts';

/** Nothing is trusted by itself unless an administrator said so. */
export async function findKeyPolicy(tx: Tx, organizationId: OrganizationId): Promise<KeyPolicy> {
  const { rows } = await sql<{ trust_web_keys: boolean; trust_first_use: boolean }>`
    SELECT trust_web_keys, trust_first_use FROM protection.key_policy
    WHERE organization_id = ${organizationId}`.execute(tx);
  const [row] = rows;
  return { trustWebKeys: row?.trust_web_keys ?? false, trustFirstUse: row?.trust_first_use ?? false };
}

export async function putKeyPolicy(
  tx: Tx,
  organizationId: OrganizationId,
  { trustWebKeys, trustFirstUse }: KeyPolicy,
): Promise<void> {
  await sql`
    INSERT INTO protection.key_policy (organization_id, trust_web_keys, trust_first_use)
    VALUES (${organizationId}, ${trustWebKeys}, ${trustFirstUse})
    ON CONFLICT (organization_id) DO UPDATE
      SET trust_web_keys = excluded.trust_web_keys, trust_first_use = excluded.trust_first_use`.execute(tx);
}
