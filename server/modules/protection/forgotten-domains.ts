import type { OrganizationId } from '#contract/ids.ts';
import type { TlsEvidence } from '#contract/protection.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import { toDnsName } from '#platform/dns/index.ts';
import type { Audit, Doer } from '#modules/audit/index.ts';
import { ProtectionError } from './errors.ts';
import { selectForgotten, upsertForgotten, type ForgottenDomain } from './forgotten-store.ts';

/**
 * What each organisation has forgotten of other domains. What was seen of them is one memory for the whole
 * installation, so nobody deletes it: an organisation stops holding it against the domain, for itself alone.
 */
export interface ForgottenDomains {
  /** Since when nothing earlier counts, by domain. At most 5 s old. */
  of(organizationId: OrganizationId): Promise<ReadonlyMap<string, Date>>;
  list(organizationId: OrganizationId): Promise<ForgottenDomain[]>;
  /** Throws ProtectionError 'invalid-domain'. */
  forget(organizationId: OrganizationId, domain: string, by: Doer): Promise<ForgottenDomain>;
}

export interface ForgottenDomainsPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Pick<Audit, 'record'>;
  /** The domain is asked anew. */
  askAnew(domain: string): Promise<void>;
}

export function createForgottenDomains(ports: ForgottenDomainsPorts): ForgottenDomains {
  const { database, clock, audit, askAnew } = ports;
  const list = (organizationId: OrganizationId) =>
    database.inTenant(organizationId, (tx) => selectForgotten(tx, organizationId));
  const known = createExpiringCache<OrganizationId, ReadonlyMap<string, Date>>({
    load: async (organizationId) =>
      new Map((await list(organizationId)).map(({ domain, forgottenAt }) => [domain, forgottenAt])),
    keepMs: 5_000,
    capacity: 10_000,
  });

  return {
    of: known.of,
    list,
    async forget(organizationId, name, { actor, ip }) {
      const domain = toDnsName(name.trim());
      if (domain === null || !domain.includes('.'))
        throw new ProtectionError(
          'invalid-domain',
          'This is not a domain name. It looks like "clinic.example".',
        );
      const forgotten = { domain, forgottenAt: clock.now() };
      await database.inTenant(organizationId, async (tx) => {
        await upsertForgotten(tx, organizationId, forgotten);
        await audit.record(tx, {
          organizationId,
          kind: 'remembered-domain.forgotten',
          actor,
          subject: { type: 'organization', id: organizationId },
          fields: { domain },
          ip,
        });
      });
      known.forget(organizationId);
      await askAnew(domain);
      return forgotten;
    },
  };
}

/** Evidence as an organisation weighs it that holds nothing against the domain which was seen up to `forgottenAt`. */
export function withoutForgotten(evidence: TlsEvidence, forgottenAt: Date | undefined): TlsEvidence {
  const { seenBefore } = evidence;
  return forgottenAt === undefined || seenBefore === null || new Date(seenBefore.at) > forgottenAt
    ? evidence
    : { ...evidence, seenBefore: null };
}
