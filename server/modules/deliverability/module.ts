import { tlsReportReceived } from '#modules/reception/index.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { defaultPolicy, policyText } from './own-policy.ts';
import { findOwnPolicy } from './own-policy-store.ts';
import type { DeliverabilityPorts } from './ports.ts';
import { deliverabilityRoutes } from './routes.ts';
import { sendReports } from './send-reports.ts';
import { addSessions, deleteSessionsBefore } from './session-store.ts';
import { takeMailedReport } from './take-report.ts';
import { deleteReportsBefore } from './tls-report-store.ts';

export interface DeliverabilityModule {
  /** The MTA-STS policy that the host `mta-sts.<domain>` serves; null for a host that is none of ours. */
  policyAt(host: string): Promise<string | null>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

const minute = 60_000;
const day = 86_400_000;
/** How long reports of others are kept. */
const reportsForDays = 400;
/** How long our own counts are: a receiver that could not be looked up is asked again until then. */
const countsForDays = 14;

export function createDeliverabilityModule(ports: DeliverabilityPorts): DeliverabilityModule {
  const { database, clock, log, outbox, domains, hostname, protection } = ports;
  const ago = (days: number): Date => new Date(clock.now().getTime() - days * day);
  const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

  outbox.subscribe(tlsReportReceived, 'deliverability.tls-report', async (_tx, { organizationId, data }) => {
    await takeMailedReport(ports, organizationId, data.messageId);
  });

  return {
    async policyAt(host) {
      const name = /^mta-sts\.(.+)$/i.exec(host)?.[1];
      const served = name === undefined ? null : await domains.findByName(name);
      if (served?.receives !== true) return null;
      const { organizationId } = served;
      const policy = await database.inTenant(organizationId, (tx) =>
        findOwnPolicy(tx, organizationId, served.name),
      );
      return policyText(policy ?? defaultPolicy, [hostname.toLowerCase()]);
    },
    routes: deliverabilityRoutes(ports),
    loops: [
      createLoop({
        name: 'deliverability.count-sessions',
        everyMs: minute,
        log,
        async runOnce() {
          const taken = protection.takeSessions();
          if (taken.length > 0)
            await database.acrossTenants((tx) => addSessions(tx, dayOf(clock.now()), taken));
          return 0;
        },
      }),
      createLoop({
        name: 'deliverability.send-reports',
        everyMs: 10 * minute,
        log,
        runOnce: () => sendReports(ports),
      }),
      createLoop({
        name: 'deliverability.forget',
        everyMs: 6 * 60 * minute,
        log,
        runOnce: () =>
          database.acrossTenants(async (tx) => {
            const reports = await deleteReportsBefore(tx, ago(reportsForDays));
            return reports + (await deleteSessionsBefore(tx, dayOf(ago(countsForDays))));
          }),
      }),
    ],
  };
}
