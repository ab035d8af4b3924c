import * as z from 'zod';
import type { DomainId, OrganizationId, UserId } from '#contract/ids.ts';
import { plainText } from '#contract/plain-text.ts';
import { newId } from '#platform/ids.ts';
import { NewOrganization } from '#modules/organizations/index.ts';
import { addDomain } from './add-domain.ts';
import type { DomainsPorts } from './ports.ts';

/** What the operator gives to start a tenant. */
export const OrganizationFounding = NewOrganization.extend({
  domain: z.string().trim().min(3).max(253),
  administrator: z.strictObject({
    displayName: plainText(120),
    /** In `domain`. */
    email: z.string().trim().min(3).max(254),
    /** Default: one is made, and answered once. */
    password: z.string().optional(),
  }),
});
export type OrganizationFounding = z.input<typeof OrganizationFounding>;

export interface FoundedOrganization {
  readonly organizationId: OrganizationId;
  readonly domainId: DomainId;
  readonly administratorId: UserId;
  /** Null when a password was given. */
  readonly initialPassword: string | null;
}

/**
 * Tenant, domain and first administrator in one commit: an organisation is never without somebody who can
 * run it. The domain counts as proven, by the word of the operator. Throws z.ZodError, OrganizationsError
 * 'slug-taken', DomainsError, IdentityError.
 */
export async function createOrganization(
  ports: DomainsPorts,
  founding: OrganizationFounding,
): Promise<FoundedOrganization> {
  const { database, organizations, identity } = ports;
  const { domain: name, administrator, ...organization } = OrganizationFounding.parse(founding);
  const organizationId = newId<OrganizationId>();
  const prepared = await identity.prepareUser({ organizationId, role: 'administrator', ...administrator });
  const by = { actor: { kind: 'system', part: 'operator' } } as const;

  return database.inTenant(organizationId, async (tx) => {
    await organizations.create(tx, organizationId, organization);
    const { domainId } = await addDomain(tx, ports, { organizationId, name, state: 'proven' }, by);
    const { userId } = await identity.addUser(tx, prepared, by);
    return { organizationId, domainId, administratorId: userId, initialPassword: prepared.initialPassword };
  });
}
