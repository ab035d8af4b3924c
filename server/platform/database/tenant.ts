import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';

/**
 * The organisation that the transaction is confined to. Queries on a tenant's tables name it, or the organisation
 * they were given: the policy of row level security is a guard and does not lead to an index. Matches nothing in
 * a transaction across tenants.
 */
export const tenant = sql<OrganizationId>`platform.current_organization()`;
