import { sql } from 'kysely';
import type { DomainId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import { isUniqueViolation } from '#platform/database/unique-violation.ts';
import type { Domain } from './domain.ts';

type DomainsTables = {
  'domains.domain': {
    organization_id: OrganizationId;
    domain_id: DomainId;
    name: string;
    state: Domain['state'];
    proof: string;
    receives: boolean;
    sends: boolean;
    created_at: Date;
  };
};

const table = (tx: Tx) => tx.withTables<DomainsTables>();

const columns = [
  'organization_id as organizationId',
  'domain_id as domainId',
  'name',
  'state',
  'proof',
  'receives',
  'sends',
] as const;

/** False when the organisation has the name, any organisation has proven it, or the id exists. */
export async function insertDomain(tx: Tx, domain: Domain, now: Date): Promise<boolean> {
  const { organizationId, domainId, ...rest } = domain;
  const inserted = await table(tx)
    .insertInto('domains.domain')
    .values({ organization_id: organizationId, domain_id: domainId, ...rest, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export function findDomain(tx: Tx, domainId: DomainId): Promise<Domain | undefined> {
  return table(tx)
    .selectFrom('domains.domain')
    .select(columns)
    .where('organization_id', '=', tenant)
    .where('domain_id', '=', domainId)
    .executeTakeFirst();
}

/** In all that the transaction may see; at most one organisation has proven a name. */
export function findProven(tx: Tx, name: string): Promise<Domain | undefined> {
  return table(tx)
    .selectFrom('domains.domain')
    .select(columns)
    .where('name', '=', name)
    .where('state', '=', 'proven')
    .executeTakeFirst();
}

/** By id, after the one of id `after`. */
export function selectDomains(tx: Tx, after: DomainId | undefined, limit: number): Promise<Domain[]> {
  return table(tx)
    .selectFrom('domains.domain')
    .select(columns)
    .where('organization_id', '=', tenant)
    .$if(after !== undefined, (query) => query.where('domain_id', '>', after as DomainId))
    .orderBy('domain_id')
    .limit(limit)
    .execute();
}

/**
 * False when another organisation has proven the name. What others have is not visible to the transaction, but
 * the unique index covers it: the update fails inside a savepoint, so that the transaction goes on.
 */
export async function markProven(tx: Tx, domainId: DomainId): Promise<boolean> {
  await sql`SAVEPOINT prove`.execute(tx);
  try {
    await table(tx)
      .updateTable('domains.domain')
      .set({ state: 'proven', receives: true, sends: true })
      .where('organization_id', '=', tenant)
      .where('domain_id', '=', domainId)
      .execute();
    return true;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await sql`ROLLBACK TO SAVEPOINT prove`.execute(tx);
    return false;
  }
}
