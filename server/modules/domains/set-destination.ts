import type { DomainDestination } from '#contract/domains.ts';
import type { DomainId, OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { destinationChanged } from './audit-trail.ts';
import type { Domain } from './domain.ts';
import { findDomain, updateDestination } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';

/** Mail for the domain is passed on from now on, or kept. Throws DomainsError 'not-found', 'domain-unproven'. */
export function setDestination(
  { database, audit }: Pick<DomainsPorts, 'database' | 'audit'>,
  { organizationId, domainId }: { organizationId: OrganizationId; domainId: DomainId },
  destination: DomainDestination | null,
  by: Doer,
): Promise<Domain> {
  return database.inTenant(organizationId, async (tx) => {
    const domain = await findDomain(tx, domainId);
    if (domain === undefined) throw new DomainsError('not-found', 'The organisation has no such domain.');
    if (domain.state !== 'proven')
      throw new DomainsError('domain-unproven', 'Prove the domain first; nothing is received for it yet.');
    await updateDestination(tx, domainId, destination);
    const changed = { ...domain, destination };
    await destinationChanged(audit, tx, by, changed, domain.destination);
    return changed;
  });
}
