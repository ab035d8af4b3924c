import { sql } from 'kysely';
import type { DomainId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { DkimKey, DkimKeyState } from './dkim-key.ts';
import type { DnsFinding } from './dns-finding.ts';

const columns =
  sql.raw(`organization_id AS "organizationId", key_id AS "keyId", domain_id AS "domainId", selector, algorithm,
  private_sealed AS "privateSealed", record, state, forced, finding, created_at AS "createdAt", state_since AS "stateSince"`);

/** False when the selector is taken. */
export async function insertKey(tx: Tx, key: DkimKey): Promise<boolean> {
  const inserted = await sql`
    INSERT INTO domains.dkim_key (organization_id, key_id, domain_id, selector, algorithm, private_sealed, record, state, created_at, state_since)
    VALUES (${key.organizationId}, ${key.keyId}, ${key.domainId}, ${key.selector}, ${key.algorithm}, ${key.privateSealed},
      ${key.record}, ${key.state}, ${key.createdAt}, ${key.stateSince}) ON CONFLICT DO NOTHING`.execute(tx);
  return inserted.numAffectedRows === 1n;
}

/** Of one domain, oldest first. */
export async function selectKeys(
  tx: Tx,
  organizationId: OrganizationId,
  domainId: DomainId,
): Promise<DkimKey[]> {
  const { rows } = await sql<DkimKey>`
    SELECT ${columns} FROM domains.dkim_key
    WHERE organization_id = ${organizationId} AND domain_id = ${domainId} ORDER BY key_id`.execute(tx);
  return rows;
}

/** Writes what was found and the state that follows, if the key is still in the state it was in. True when its state changed. */
export async function moveKey(
  tx: Tx,
  { organizationId, keyId, state }: Pick<DkimKey, 'organizationId' | 'keyId' | 'state'>,
  to: { readonly state: DkimKeyState; readonly finding: DnsFinding | null; readonly forced?: boolean },
  now: Date,
): Promise<boolean> {
  const ends = to.state === 'retired' || to.state === 'revoked';
  const moved = await sql`
    UPDATE domains.dkim_key SET state = ${to.state}, finding = ${to.finding}, forced = coalesce(${to.forced ?? null}, forced),
      state_since = CASE WHEN state = ${to.state} THEN state_since ELSE ${now} END,
      private_sealed = CASE WHEN ${ends}::boolean THEN NULL ELSE private_sealed END
    WHERE organization_id = ${organizationId} AND key_id = ${keyId} AND state = ${state}`.execute(tx);
  return moved.numAffectedRows === 1n && to.state !== state;
}

export interface DnsFindings {
  readonly mx: DnsFinding | null;
  readonly spf: DnsFinding | null;
  readonly dmarc: DnsFinding | null;
  readonly checkedAt: Date | null;
}

export async function saveFindings(
  tx: Tx,
  organizationId: OrganizationId,
  domainId: DomainId,
  { mx, spf, dmarc, checkedAt }: DnsFindings,
): Promise<void> {
  await sql`
    UPDATE domains.domain SET mx_finding = ${mx}, spf_finding = ${spf}, dmarc_finding = ${dmarc}, dns_checked_at = ${checkedAt}
    WHERE organization_id = ${organizationId} AND domain_id = ${domainId}`.execute(tx);
}

export async function selectFindings(
  tx: Tx,
  organizationId: OrganizationId,
  domainId: DomainId,
): Promise<DnsFindings> {
  const { rows } = await sql<DnsFindings>`
    SELECT mx_finding AS mx, spf_finding AS spf, dmarc_finding AS dmarc, dns_checked_at AS "checkedAt" FROM domains.domain
    WHERE organization_id = ${organizationId} AND domain_id = ${domainId}`.execute(tx);
  return rows[0] ?? { mx: null, spf: null, dmarc: null, checkedAt: null };
}

/** Proven domains of all organisations that were not looked at since `before`, longest ago first. */
export async function selectToCheck(
  tx: Tx,
  before: Date,
  limit: number,
): Promise<{ organizationId: OrganizationId; domainId: DomainId }[]> {
  const { rows } = await sql<{ organizationId: OrganizationId; domainId: DomainId }>`
    SELECT organization_id AS "organizationId", domain_id AS "domainId" FROM domains.domain
    WHERE state = 'proven' AND (dns_checked_at IS NULL OR dns_checked_at < ${before})
    ORDER BY dns_checked_at NULLS FIRST LIMIT ${limit}`.execute(tx);
  return rows;
}
