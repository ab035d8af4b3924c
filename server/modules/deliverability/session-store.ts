import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { TlsSession } from '#modules/protection/index.ts';
import type { Tx } from '#platform/database/database.ts';

/** What one report is about. `day`: `2026-06-01`, UTC. */
export interface ReportSubject {
  readonly organizationId: OrganizationId;
  readonly day: string;
  /** Our domain. */
  readonly submitter: string;
  /** Theirs. */
  readonly domain: string;
}

export type CountedSession = TlsSession & { readonly sessions: number };

/** Adds counts to those of the day. */
export async function addSessions(
  tx: Tx,
  day: string,
  counted: readonly { readonly session: TlsSession; readonly times: number }[],
): Promise<void> {
  for (const { session, times } of counted) {
    const { organizationId, submitter, domain, ...rest } = session;
    const key = createHash('sha256').update(JSON.stringify(rest)).digest();
    await sql`
      INSERT INTO deliverability.tls_session AS s
        (organization_id, day, submitter, domain, key, policy_type, policy, mx_hosts, result, receiving_mx, receiving_ip, sessions)
      VALUES (${organizationId}, ${day}, ${submitter}, ${domain}, ${key}, ${rest.policyType}, ${rest.policy}::text[],
        ${rest.mxHosts}::text[], ${rest.result}, ${rest.receivingMx}, ${rest.receivingIp}, ${times})
      ON CONFLICT (organization_id, day, submitter, domain, key) DO UPDATE SET sessions = s.sessions + EXCLUDED.sessions`.execute(
      tx,
    );
  }
}

/** Days before `today` that no report was settled for, oldest first. */
export async function selectUnreported(tx: Tx, today: string, limit: number): Promise<ReportSubject[]> {
  const { rows } = await sql<{
    organization_id: OrganizationId;
    day: string;
    submitter: string;
    domain: string;
  }>`
    SELECT DISTINCT s.organization_id, s.day::text, s.submitter, s.domain FROM deliverability.tls_session s
    WHERE s.day < ${today}::date AND NOT EXISTS (SELECT FROM deliverability.tls_report_sent r
      WHERE r.organization_id = s.organization_id AND r.day = s.day AND r.submitter = s.submitter AND r.domain = s.domain)
    ORDER BY 2 LIMIT ${limit}`.execute(tx);
  return rows.map(({ organization_id: organizationId, ...rest }) => ({ organizationId, ...rest }));
}

export async function selectSessions(
  tx: Tx,
  { organizationId, day, submitter, domain }: ReportSubject,
): Promise<CountedSession[]> {
  const { rows } = await sql<{
    policy_type: TlsSession['policyType'];
    policy: string[];
    mx_hosts: string[];
    result: TlsSession['result'];
    receiving_mx: string;
    receiving_ip: string;
    sessions: string;
  }>`
    SELECT policy_type, policy, mx_hosts, result, receiving_mx, receiving_ip, sessions FROM deliverability.tls_session
    WHERE organization_id = ${organizationId} AND day = ${day}::date AND submitter = ${submitter} AND domain = ${domain}
    ORDER BY key`.execute(tx);
  return rows.map((row) => ({
    organizationId,
    submitter,
    domain,
    policyType: row.policy_type,
    policy: row.policy,
    mxHosts: row.mx_hosts,
    result: row.result,
    receivingMx: row.receiving_mx,
    receivingIp: row.receiving_ip,
    sessions: Number(row.sessions),
  }));
}

/** False when it was settled already, by another process. */
export async function markSettled(
  tx: Tx,
  { organizationId, day, submitter, domain }: ReportSubject,
  outcome: 'sent' | 'not-wanted' | 'failed',
  now: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    INSERT INTO deliverability.tls_report_sent (organization_id, day, submitter, domain, outcome, settled_at)
    VALUES (${organizationId}, ${day}::date, ${submitter}, ${domain}, ${outcome}, ${now})
    ON CONFLICT DO NOTHING`.execute(tx);
  return numAffectedRows === 1n;
}

/** Removes what was counted and settled before a day. Answers how many rows went. */
export async function deleteSessionsBefore(tx: Tx, day: string): Promise<number> {
  const sessions = await sql`DELETE FROM deliverability.tls_session WHERE day < ${day}::date`.execute(tx);
  const settled = await sql`DELETE FROM deliverability.tls_report_sent WHERE day < ${day}::date`.execute(tx);
  return Number(sessions.numAffectedRows ?? 0) + Number(settled.numAffectedRows ?? 0);
}
