import { sql } from 'kysely';
import type { Id, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { PolicyReport } from '#protocols/tls-rpt/index.ts';

export type TlsReportId = Id<'tls-report'>;

type ReportTables = {
  'deliverability.tls_report': {
    organization_id: OrganizationId;
    report_id: TlsReportId;
    domain: string;
    digest: Buffer;
    submitter: string;
    starts_at: Date;
    ends_at: Date;
    succeeded: string;
    failed: string;
    policies: unknown;
    came_by: 'mail' | 'https';
    received_at: Date;
  };
};

/** A report of somebody else about one domain of ours. */
export interface KeptReport {
  readonly reportId: TlsReportId;
  readonly domain: string;
  readonly submitter: string;
  readonly from: Date;
  readonly to: Date;
  readonly succeeded: number;
  readonly failed: number;
  readonly policies: readonly PolicyReport[];
  readonly cameBy: 'mail' | 'https';
  readonly receivedAt: Date;
}

/** False when the same report came before. */
export async function insertReport(
  tx: Tx,
  organizationId: OrganizationId,
  report: KeptReport,
  digest: Buffer,
): Promise<boolean> {
  const inserted = await tx
    .withTables<ReportTables>()
    .insertInto('deliverability.tls_report')
    .values({
      organization_id: organizationId,
      report_id: report.reportId,
      domain: report.domain,
      digest,
      submitter: report.submitter,
      starts_at: report.from,
      ends_at: report.to,
      succeeded: String(report.succeeded),
      failed: String(report.failed),
      policies: JSON.stringify(report.policies),
      came_by: report.cameBy,
      received_at: report.receivedAt,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'domain', 'digest']).doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** How many came since a moment, at most `limit`. */
export async function countReportsSince(
  tx: Tx,
  organizationId: OrganizationId,
  since: Date,
  limit: number,
): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    SELECT count(*) FROM (SELECT FROM deliverability.tls_report
      WHERE organization_id = ${organizationId} AND received_at >= ${since} LIMIT ${limit}) AS recent`.execute(
    tx,
  );
  return Number(rows[0]?.count ?? 0);
}

/** Newest first, older than the one of the cursor. */
export async function selectReports(
  tx: Tx,
  organizationId: OrganizationId,
  before: { readonly receivedAt: Date; readonly reportId: TlsReportId } | undefined,
  limit: number,
): Promise<KeptReport[]> {
  const rows = await tx
    .withTables<ReportTables>()
    .selectFrom('deliverability.tls_report')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(received_at, report_id) < (${before?.receivedAt ?? new Date(0)}, ${before?.reportId ?? ''})`,
      ),
    )
    .orderBy('received_at', 'desc')
    .orderBy('report_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    reportId: row.report_id,
    domain: row.domain,
    submitter: row.submitter,
    from: row.starts_at,
    to: row.ends_at,
    succeeded: Number(row.succeeded),
    failed: Number(row.failed),
    policies: row.policies as PolicyReport[],
    cameBy: row.came_by,
    receivedAt: row.received_at,
  }));
}

/** Removes reports that came before a moment, at most 1,000. Answers how many. */
export async function deleteReportsBefore(tx: Tx, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM deliverability.tls_report WHERE (organization_id, report_id) IN (
      SELECT organization_id, report_id FROM deliverability.tls_report WHERE received_at < ${before} LIMIT 1000)`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0);
}
