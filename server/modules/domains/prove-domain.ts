import type { DomainId, OrganizationId } from '#contract/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { domainProven } from './audit-trail.ts';
import { proofRecordName, proofRecordValue, type Domain } from './domain.ts';
import { findDomain, markProven } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';

/**
 * Looks for the record; when it is there, the domain receives and sends from now on.
 * Throws DomainsError 'not-found', 'domain-unproven', 'domain-taken' when another organisation has proven it.
 */
export async function proveDomain(
  { database, audit, resolver }: Pick<DomainsPorts, 'database' | 'audit' | 'resolver'>,
  { organizationId, domainId }: { organizationId: OrganizationId; domainId: DomainId },
  by: Doer,
): Promise<Domain> {
  const domain = await database.inTenant(organizationId, (tx) => findDomain(tx, domainId));
  if (domain === undefined) throw new DomainsError('not-found', 'The organisation has no such domain.');
  if (domain.state === 'proven') return domain;

  const answer = await resolver.txt(proofRecordName(domain)); // no transaction is held meanwhile
  if (answer.kind === 'temporary') {
    throw new DomainsError(
      'domain-unproven',
      'The name servers of the domain could not be asked just now. Try again in a few minutes.',
    );
  }
  if (answer.kind !== 'found' || !answer.records.includes(proofRecordValue(domain))) {
    throw new DomainsError(
      'domain-unproven',
      `The record ${proofRecordName(domain)} does not hold the value yet. New records can take an hour to be seen.`,
    );
  }

  const proven: Domain = { ...domain, state: 'proven', receives: true, sends: true };
  const isFirst = await database.inTenant(organizationId, async (tx) => {
    if (!(await markProven(tx, domainId))) return false;
    await domainProven(audit, tx, by, proven);
    return true;
  });
  if (!isFirst)
    throw new DomainsError('domain-taken', 'Another organisation on this server has proven this domain.');
  return proven;
}
