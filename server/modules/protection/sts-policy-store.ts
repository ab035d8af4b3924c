import type { StsMode } from '#protocols/mta-sts/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { KnownPolicy } from './sts-policies.ts';

type StsPolicyTables = {
  'protection.sts_policy': {
    domain: string;
    id: string;
    mode: StsMode;
    mx: string[];
    max_age: number;
    valid_until: Date;
  };
};

export async function findStsPolicy(tx: Tx, domain: string, now: Date): Promise<KnownPolicy | null> {
  const row = await tx
    .withTables<StsPolicyTables>()
    .selectFrom('protection.sts_policy')
    .selectAll()
    .where('domain', '=', domain)
    .where('valid_until', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    policy: { mode: row.mode, mx: row.mx, maxAge: row.max_age },
    validUntil: row.valid_until,
  };
}

export async function upsertStsPolicy(
  tx: Tx,
  domain: string,
  { id, policy, validUntil }: KnownPolicy,
): Promise<void> {
  const row = { id, mode: policy.mode, mx: policy.mx, max_age: policy.maxAge, valid_until: validUntil };
  await tx
    .withTables<StsPolicyTables>()
    .insertInto('protection.sts_policy')
    .values({ domain, ...row })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(row))
    .execute();
}

/** Removes what ended before a moment. Returns how many. */
export async function deleteEndedPolicies(tx: Tx, before: Date): Promise<number> {
  const deleted = await tx
    .withTables<StsPolicyTables>()
    .deleteFrom('protection.sts_policy')
    .where('valid_until', '<', before)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
