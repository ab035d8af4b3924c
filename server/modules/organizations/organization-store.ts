import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { readSettings, type Organization } from './organization.ts';

type OrganizationsTables = {
  'organizations.organization': {
    organization_id: OrganizationId;
    slug: string;
    name: string;
    settings: unknown;
    revision: number;
    created_at: Date;
    updated_at: Date;
  };
};

const columns = ['organization_id', 'slug', 'name', 'settings', 'revision'] as const;

export interface OrganizationRow {
  readonly organizationId: OrganizationId;
  readonly slug: string;
  readonly name: string;
  /** Only what was decided. */
  readonly settings: object;
}

const table = (tx: Tx) => tx.withTables<OrganizationsTables>();

/** False when the slug is taken. */
export async function insertOrganization(tx: Tx, row: OrganizationRow, now: Date): Promise<boolean> {
  const inserted = await table(tx)
    .insertInto('organizations.organization')
    .values({
      organization_id: row.organizationId,
      slug: row.slug,
      name: row.name,
      settings: JSON.stringify(row.settings),
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export async function findOrganization(
  tx: Tx,
  organizationId: OrganizationId,
  lock: 'for-update' | 'none' = 'none',
): Promise<{ organization: Organization; decided: object } | undefined> {
  const row = await table(tx)
    .selectFrom('organizations.organization')
    .select(columns)
    .where('organization_id', '=', organizationId)
    .$if(lock === 'for-update', (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { organization: toOrganization(row), decided: row.settings as object };
}

export async function findBySlug(tx: Tx, slug: string): Promise<Organization | undefined> {
  const row = await table(tx)
    .selectFrom('organizations.organization')
    .select(columns)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row && toOrganization(row);
}

/** Every organisation that the transaction may see, by slug. */
export async function selectOrganizations(tx: Tx): Promise<Organization[]> {
  const rows = await table(tx)
    .selectFrom('organizations.organization')
    .select(columns)
    .orderBy('slug')
    .execute();
  return rows.map(toOrganization);
}

export async function updateOrganization(
  tx: Tx,
  organizationId: OrganizationId,
  { name, settings, revision }: { name: string; settings: object; revision: number },
  now: Date,
): Promise<void> {
  await table(tx)
    .updateTable('organizations.organization')
    .set({ name, settings: JSON.stringify(settings), revision, updated_at: now })
    .where('organization_id', '=', organizationId)
    .execute();
}

function toOrganization(
  row: Pick<OrganizationsTables['organizations.organization'], (typeof columns)[number]>,
): Organization {
  return {
    organizationId: row.organization_id,
    name: row.name,
    slug: row.slug,
    settings: readSettings(row.settings, row.name),
    revision: row.revision,
  };
}
