import type { PolicyReport, TlsReport } from '#protocols/tls-rpt/index.ts';
import type { CountedSession, ReportSubject } from './session-store.ts';

/** One day of one domain as others read it (RFC 8460 §4): a part for each policy that was gone by. */
export function buildReport(
  { organizationId, day, submitter, domain }: ReportSubject,
  counted: readonly CountedSession[],
): TlsReport {
  const byPolicy = Map.groupBy(counted, ({ policyType, policy, mxHosts }) =>
    JSON.stringify([policyType, policy, mxHosts]),
  );
  return {
    reportId: `${day}-${domain}-${organizationId.slice(-12)}@${submitter}`,
    organization: submitter,
    contact: `postmaster@${submitter}`,
    from: new Date(`${day}T00:00:00Z`),
    to: new Date(`${day}T23:59:59Z`),
    policies: [...byPolicy.values()].map((sessions) => policyReport(domain, sessions)),
  };
}

function policyReport(domain: string, sessions: readonly CountedSession[]): PolicyReport {
  const [first] = sessions;
  const sum = (which: readonly CountedSession[]): number =>
    which.reduce((total, session) => total + session.sessions, 0);
  const failures = sessions.filter(({ result }) => result !== null);
  return {
    type: first?.policyType ?? 'no-policy-found',
    domain,
    policy: first?.policy ?? [],
    mxHosts: first?.mxHosts ?? [],
    succeeded: sum(sessions.filter(({ result }) => result === null)),
    failed: sum(failures),
    failures: failures.flatMap(({ result, receivingMx, receivingIp, sessions: count }) =>
      result === null ? [] : [{ result, receivingMx, receivingIp, sessions: count }],
    ),
  };
}
