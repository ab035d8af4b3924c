import type { TlsReportView } from '#contract/deliverability.ts';
import type { OrganizationId } from '#contract/ids.ts';
import { readTimeCursor, writeTimeCursor } from '#platform/http/time-cursor.ts';
import { failureWords } from './failure-words.ts';
import type { DeliverabilityPorts } from './ports.ts';
import { selectReports, type KeptReport, type TlsReportId } from './tls-report-store.ts';

/** A page of reports, newest first. */
export async function listReports(
  { database }: Pick<DeliverabilityPorts, 'database'>,
  organizationId: OrganizationId,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: TlsReportView[]; nextCursor: string | null }> {
  const position = cursor === undefined ? undefined : readTimeCursor(cursor);
  const before = position && { receivedAt: position.at, reportId: position.id as TlsReportId };
  const rows = await database.inTenant(organizationId, (tx) =>
    selectReports(tx, organizationId, before, limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toView),
    nextCursor:
      rows.length > limit && last !== undefined
        ? writeTimeCursor({ at: last.receivedAt, id: last.reportId })
        : null,
  };
}

function toView({ policies, from, to, receivedAt, ...report }: KeptReport): TlsReportView {
  return {
    ...report,
    from: from.toISOString(),
    to: to.toISOString(),
    receivedAt: receivedAt.toISOString(),
    failures: policies
      .flatMap(({ failures }) => failures)
      .slice(0, 100)
      .map(({ result, sessions, receivingMx }) => ({
        result,
        words: failureWords[result],
        sessions,
        server: receivingMx ?? null,
      })),
  };
}
