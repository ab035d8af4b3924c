import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { StsMode } from '#protocols/mta-sts/index.ts';
import type { OwnPolicy } from './own-policy.ts';

type PolicyTables = {
  'deliverability.sts_policy': {
    organization_id: OrganizationId;
    domain: string;
    mode: StsMode;
    max_age: number;
    changed_at: Date;
  };
};

export async function findOwnPolicy(
  tx: Tx,
  organizationId: OrganizationId,
  domain: string,
): Promise<OwnPolicy | undefined> {
  return await tx
    .withTables<PolicyTables>()
    .selectFrom('deliverability.sts_policy')
    .select(['mode', 'max_age as maxAge'])
    .where('organization_id', '=', organizationId)
    .where('domain', '=', domain)
    .executeTakeFirst();
}

export async function upsertOwnPolicy(
  tx: Tx,
  organizationId: OrganizationId,
  domain: string,
  { mode, maxAge }: OwnPolicy,
  now: Date,
): Promise<void> {
  const row = { mode, max_age: maxAge, changed_at: now };
  await tx
    .withTables<PolicyTables>()
    .insertInto('deliverability.sts_policy')
    .values({ organization_id: organizationId, domain, ...row })
    .onConflict((conflict) => conflict.columns(['organization_id', 'domain']).doUpdateSet(row))
    .execute();
}
