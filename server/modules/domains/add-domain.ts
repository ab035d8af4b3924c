import { randomBytes } from 'node:crypto';
import type { DomainId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Doer } from '#modules/audit/index.ts';
import { domainAdded } from './audit-trail.ts';
import { readDomainName, type Domain } from './domain.ts';
import { findDomain, insertDomain } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';

export interface NewDomain {
  readonly organizationId: OrganizationId;
  /** Default: a new one. A domain that has it already is answered as it is. */
  readonly domainId?: DomainId;
  readonly name: string;
  /** proven: by the word of the operator, who runs the installation. */
  readonly state: Domain['state'];
}

/** Throws DomainsError 'invalid-domain', 'domain-taken'. */
export async function addDomain(
  tx: Tx,
  { audit, clock }: Pick<DomainsPorts, 'audit' | 'clock'>,
  { organizationId, domainId = newId<DomainId>(), name: given, state }: NewDomain,
  by: Doer,
): Promise<Domain> {
  const name = readDomainName(given);
  if (name === null)
    throw new DomainsError('invalid-domain', 'This is not a domain name. It looks like "clinic.example".');
  const isProven = state === 'proven';
  const domain: Domain = {
    organizationId,
    domainId,
    name,
    state,
    proof: randomBytes(16).toString('hex'),
    receives: isProven,
    sends: isProven,
    destination: null,
  };
  if (!(await insertDomain(tx, domain, clock.now()))) {
    const existing = await findDomain(tx, domainId); // an earlier try of the same request
    if (existing?.name === name) return existing;
    throw new DomainsError('domain-taken', 'This domain is in use already.');
  }
  await domainAdded(audit, tx, by, domain);
  return domain;
}
