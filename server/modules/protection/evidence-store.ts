import { sql } from 'kysely';
import type { ConnectionProof, TlsEvidence } from '#contract/protection.ts';
import type { Tx } from '#platform/database/database.ts';

type EvidenceTables = {
  'protection.domain_evidence': {
    domain: string;
    evidence: unknown;
    fresh_until: Date;
    best_connection: ConnectionProof;
    best_seen_at: Date;
    dane_seen_at: Date | null;
  };
};

/** What all processes know about a domain. */
export interface DomainRecord {
  readonly domain: string;
  readonly evidence: TlsEvidence;
  readonly freshUntil: Date;
  /** The best connection that it has shown, and when last. */
  readonly best: { readonly connection: ConnectionProof; readonly at: Date };
  /** When signed DNS last proved its servers; null for never. */
  readonly daneAt: Date | null;
}

export async function findDomainRecords(tx: Tx, domains: readonly string[]): Promise<DomainRecord[]> {
  const rows = await tx
    .withTables<EvidenceTables>()
    .selectFrom('protection.domain_evidence')
    .selectAll()
    .where('domain', '=', sql<string>`ANY (${domains}::text[])`)
    .execute();
  return rows.map((row) => ({
    domain: row.domain,
    evidence: row.evidence as TlsEvidence,
    freshUntil: row.fresh_until,
    best: { connection: row.best_connection, at: row.best_seen_at },
    daneAt: row.dane_seen_at,
  }));
}

export async function upsertDomainRecord(
  tx: Tx,
  { domain, evidence, freshUntil, best, daneAt }: DomainRecord,
): Promise<void> {
  const row = {
    evidence: JSON.stringify(evidence),
    fresh_until: freshUntil,
    best_connection: best.connection,
    best_seen_at: best.at,
    dane_seen_at: daneAt,
  };
  await tx
    .withTables<EvidenceTables>()
    .insertInto('protection.domain_evidence')
    .values({ domain, ...row })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(row))
    .execute();
}

/** Makes the kept evidence count as old, so that the domain is asked anew. What was seen best stays. */
export async function expireDomainRecord(tx: Tx, domain: string, at: Date): Promise<void> {
  await tx
    .withTables<EvidenceTables>()
    .updateTable('protection.domain_evidence')
    .set({ fresh_until: at })
    .where('domain', '=', domain)
    .execute();
}

/** Removes domains that were neither asked nor seen well since a moment. Returns how many. */
export async function deleteForgottenDomains(tx: Tx, before: Date): Promise<number> {
  const deleted = await tx
    .withTables<EvidenceTables>()
    .deleteFrom('protection.domain_evidence')
    .where('fresh_until', '<', before)
    .where('best_seen_at', '<', before)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
