import type { Actor } from '#modules/audit/index.ts';
import { dkimKeyChanged } from './audit-trail.ts';
import { nextKeyState, type DkimKey } from './dkim-key.ts';
import { moveKey, saveFindings, selectKeys, selectToCheck } from './dkim-key-store.ts';
import { findDmarc, findKeyRecord, findMx, findSpf } from './dns-finding.ts';
import type { Domain } from './domain.ts';
import { findDomain } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';
import { recordToPublish, type WhichDomain } from './rotate-dkim-keys.ts';

type Ports = Pick<DomainsPorts, 'database' | 'resolver' | 'audit' | 'clock' | 'hostname'>;

const actor: Actor = { kind: 'system', part: 'domains' };

export function keyName({ selector }: Pick<DkimKey, 'selector'>, { name }: Pick<Domain, 'name'>): string {
  return `${selector}._domainkey.${name}`;
}

/**
 * Looks at what the DNS says of a domain, and lets its keys go where that leads: one whose record is seen signs,
 * and the one before it retires. No transaction is held while name servers are asked. Throws DomainsError 'not-found'.
 */
export async function checkDns(ports: Ports, { organizationId, domainId }: WhichDomain): Promise<void> {
  const { database, resolver, audit, clock, hostname } = ports;
  const [domain, known] = await database.inTenant(organizationId, async (tx) => [
    await findDomain(tx, domainId),
    await selectKeys(tx, organizationId, domainId),
  ]);
  if (domain === undefined) throw new DomainsError('not-found', 'The organisation has no such domain.');
  const [mx, spf, dmarc, findings] = await Promise.all([
    resolver.mx(domain.name),
    resolver.txt(domain.name),
    resolver.txt(`_dmarc.${domain.name}`),
    Promise.all(
      known.map(async (key) => {
        const answer = await resolver.txt(keyName(key, domain));
        return [key.keyId, findKeyRecord(answer, recordToPublish(key))] as const;
      }),
    ),
  ]);
  const findingOf = new Map(findings);
  const now = clock.now();
  await database.inTenant(organizationId, async (tx) => {
    await saveFindings(tx, organizationId, domainId, {
      mx: findMx(mx, hostname),
      spf: findSpf(spf, hostname),
      dmarc: findDmarc(dmarc),
      checkedAt: now,
    });
    const signing = new Set<DkimKey['algorithm']>();
    // Youngest first: what it comes to decides about those before it.
    for (const key of (await selectKeys(tx, organizationId, domainId)).toReversed()) {
      const finding = findingOf.get(key.keyId) ?? key.finding;
      const state = nextKeyState(key, finding, { succeeded: signing.has(key.algorithm), now });
      if (state === 'signing') signing.add(key.algorithm);
      if (await moveKey(tx, key, { state, finding }, now))
        await dkimKeyChanged(audit, tx, { actor }, key, state);
    }
  });
}

const everyMs = 3_600_000;
const batchSize = 50;

/** Looks at the domains whose turn it is. Answers how many. */
export async function checkDnsOfSome(ports: Ports): Promise<number> {
  const before = new Date(ports.clock.now().getTime() - everyMs);
  const some = await ports.database.acrossTenants((tx) => selectToCheck(tx, before, batchSize));
  for (const which of some) await checkDns(ports, which);
  return some.length;
}
