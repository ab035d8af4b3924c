import { createHash } from 'node:crypto';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { PolicyReport, TlsReport } from '#protocols/tls-rpt/index.ts';
import type { DeliverabilityPorts } from './ports.ts';
import { countReportsSince, insertReport, type TlsReportId } from './tls-report-store.ts';

const day = 86_400_000;
/** More is an attack, or nothing that a person could look at. */
const mostADay = 500;

/** What came of a report. */
export type Kept =
  | 'kept'
  | 'known' // it came before
  | 'not-ours' // it is about no domain of this organisation
  | 'too-many';

/** Keeps what a report says about the organisation's own domains, a row for each. */
export async function keepReport(
  tx: Tx,
  { clock, domains }: Pick<DeliverabilityPorts, 'clock' | 'domains'>,
  organizationId: OrganizationId,
  report: TlsReport,
  cameBy: 'mail' | 'https',
): Promise<Kept> {
  const receivedAt = clock.now();
  const since = new Date(receivedAt.getTime() - day);
  if ((await countReportsSince(tx, organizationId, since, mostADay)) >= mostADay) return 'too-many';
  let kept: Kept = 'not-ours';
  for (const [domain, policies] of Map.groupBy(report.policies, (policy) => policy.domain)) {
    if ((await domains.findByName(domain))?.organizationId !== organizationId) continue;
    const sum = (of: (policy: PolicyReport) => number): number =>
      Math.min(
        Number.MAX_SAFE_INTEGER,
        policies.reduce((total, policy) => total + of(policy), 0),
      );
    const isNew = await insertReport(
      tx,
      organizationId,
      {
        reportId: newId<TlsReportId>(),
        domain,
        submitter: report.organization,
        from: report.from,
        to: report.to,
        succeeded: sum(({ succeeded }) => succeeded),
        failed: sum(({ failed }) => failed),
        policies,
        cameBy,
        receivedAt,
      },
      digestOf(report),
    );
    if (isNew) kept = 'kept';
    else if (kept === 'not-ours') kept = 'known';
  }
  return kept;
}

const digestOf = ({ organization, reportId, from }: TlsReport): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([organization, reportId, from.toISOString()]))
    .digest();
