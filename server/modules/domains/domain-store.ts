import { sql } from 'kysely';
import type { DomainDestination } from '#contract/domains.ts';
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
    destination_host: string | null;
    destination_port: number | null;
    destination_recipients: DomainDestination['recipients'] | null;
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
  'destination_host',
  'destination_port',
  'destination_recipients',
] as const;

type Row = Omit<Domain, 'destination'> &
  Pick<DomainsTables['domains.domain'], 'destination_host' | 'destination_port' | 'destination_recipients'>;

function toDomain({
  destination_host: host,
  destination_port: port,
  destination_recipients: recipients,
  ...rest
}: Row): Domain {
  const isWhole = host !== null && port !== null && recipients !== null;
  return { ...rest, destination: isWhole ? { host, port, recipients } : null };
}

/** False when the organisation has the name, any organisation has proven it, or the id exists. */
export async function insertDomain(tx: Tx, domain: Domain, now: Date): Promise<boolean> {
  const { organizationId, domainId, destination: _none, ...rest } = domain;
  const inserted = await table(tx)
    .insertInto('domains.domain')
    .values({ organization_id: organizationId, domain_id: domainId, ...rest, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export async function findDomain(tx: Tx, domainId: DomainId): Promise<Domain | undefined> {
  const row = await table(tx)
    .selectFrom('domains.domain')
    .select(columns)
    .where('organization_id', '=', tenant)
    .where('domain_id', '=', domainId)
    .executeTakeFirst();
  return row && toDomain(row);
}

export async function updateDestination(
  tx: Tx,
  domainId: DomainId,
  destination: DomainDestination | null,
): Promise<void> {
  await table(tx)
    .updateTable('domains.domain')
    .set({
      destination_host: destination?.host ?? null,
      destination_port: destination?.port ?? null,
      destination_recipients: destination?.recipients ?? null,
    })
    .where('organization_id', '=', tenant)
    .where('domain_id', '=', domainId)
    .execute();
}

/** In all that the transaction may see; at most one organisation has proven a name. */
export async function findProven(tx: Tx, name: string): Promise<Domain | undefined> {
  const row = await table(tx)
    .selectFrom('domains.domain')
    .select(columns)
    .where('name', '=', name)
    .where('state', '=', 'proven')
    .executeTakeFirst();
  return row && toDomain(row);
}

/** The same, with whether any of its addresses forwards: for most domains mail needs no further look-up. */
export async function findServed(
  tx: Tx,
  name: string,
): Promise<(Domain & { readonly forwards: boolean }) | undefined> {
  const row = await table(tx)
    .selectFrom('domains.domain as d')
    .select(columns)
    .select(
      sql<boolean>`EXISTS (SELECT FROM domains.forwarding f
        WHERE f.organization_id = d.organization_id AND f.domain_id = d.domain_id)`.as('forwards'),
    )
    .where('name', '=', name)
    .where('state', '=', 'proven')
    .executeTakeFirst();
  return row && { ...toDomain(row), forwards: row.forwards };
}

/** By id, after the one of id `after`. */
export async function selectDomains(tx: Tx, after: DomainId | undefined, limit: number): Promise<Domain[]> {
  const rows = await table(tx)
    .selectFrom('domains.domain')
    .select(columns)
    .where('organization_id', '=', tenant)
    .$if(after !== undefined, (query) => query.where('domain_id', '>', after as DomainId))
    .orderBy('domain_id')
    .limit(limit)
    .execute();
  return rows.map(toDomain);
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
