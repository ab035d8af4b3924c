import * as z from 'zod';
import type { OrganizationId } from '#contract/ids.ts';
import { OrganizationName, OrganizationSettings, Slug } from '#contract/organizations.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Audit } from '#modules/audit/index.ts';
import { organizationCreated } from './audit-trail.ts';
import { OrganizationsError } from './errors.ts';
import { readSettings, type Organization } from './organization.ts';
import { insertOrganization } from './organization-store.ts';

export const NewOrganization = z.strictObject({
  name: OrganizationName,
  slug: Slug,
  /** Default: the name, cut to 80 characters. */
  portalName: OrganizationSettings.shape.portalName.optional(),
});
export type NewOrganization = z.output<typeof NewOrganization>;

/**
 * Adds the tenant, with the default settings. `tx` must be confined to `organizationId`, a new id.
 * Throws OrganizationsError 'slug-taken'.
 */
export async function createOrganization(
  tx: Tx,
  { audit, clock }: { audit: Pick<Audit, 'record'>; clock: Clock },
  organizationId: OrganizationId,
  { name, slug, portalName = name.slice(0, 80).trim() }: NewOrganization,
): Promise<Organization> {
  const settings = { portalName };
  if (!(await insertOrganization(tx, { organizationId, slug, name, settings }, clock.now()))) {
    throw new OrganizationsError('slug-taken', `The short name "${slug}" is in use. Choose another.`);
  }
  await organizationCreated(audit, tx, { organizationId, name, slug });
  return { organizationId, name, slug, settings: readSettings(settings, portalName), revision: 1 };
}
