import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { AdjustableClock } from '#platform/clock/adjustable-clock.ts';
import type { Clock } from '#platform/clock/clock.ts';
import { parseDnsServers, type DnsServer } from '#platform/dns/index.ts';
import type { Route } from '#platform/http/route.ts';
import type { House } from './compose.ts';
import type { Config } from './config.ts';
import type { ListenerCertificate } from './listener-certificate.ts';
import type { Store } from './open-store.ts';

export interface OpenLab extends AsyncDisposable {
  readonly dns: readonly DnsServer[];
  readonly caCertificate: string;
  certificate(): Promise<ListenerCertificate>;
  /** Seeds the lab's organisation and answers what the lab adds to HTTP. */
  furnish(
    house: House,
    store: Store,
  ): Promise<{ readonly routes: readonly Route[]; register(server: FastifyInstance): void }>;
  /** Tells the person at the terminal who can sign in, and programs the same as one JSON line. */
  announce(): void;
}

/** The lab, when it is on. Its code is loaded here and nowhere else. */
export async function openLab(config: Config, clock: Clock): Promise<OpenLab | undefined> {
  if (config.lab === undefined || !(clock instanceof AdjustableClock)) return undefined;
  const {
    createLab,
    describeCredentials,
    labRoutes,
    openLabPartners,
    registerLabPages,
    seedLakeside,
    settle,
  } = await import('../../lab/index.ts');
  const lab = await createLab({
    dataFolder: config.dataFolder,
    clock,
    network: config.lab.network,
    port: config.outboundPort,
    dnsPort: config.lab.dnsPort,
    policyPort: config.mtaStsPort,
  });
  const caFile = join(lab.folder, 'ca.pem');
  await writeFile(caFile, lab.caCertificate);
  let announcement = '';

  return {
    dns: parseDnsServers(lab.dnsServer),
    caCertificate: lab.caCertificate,
    certificate: () => lab.issueCertificate(config.hostname, 'localhost'),
    async furnish(house, { database }) {
      const partners = await openLabPartners(lab.folder);
      const credentials = await seedLakeside({ ...house, database }, lab.folder, partners);
      const { dnsServer: dns, mailPort } = lab;
      announcement =
        `${describeCredentials(credentials)}\n\n` +
        `  Workspace ${config.publicUrl.origin}/\n  Lab       ${config.publicUrl.origin}/lab\n\n` +
        `${JSON.stringify({ event: 'lab', ...credentials, dns, mailPort, caFile })}\n`;
      return {
        routes: labRoutes({
          inbox: lab.inbox,
          partners,
          clock,
          settle: () => settle(house.loops),
          mx: { ...config.mx },
        }),
        register: (server) =>
          registerLabPages(server, {
            lab,
            partners,
            clock,
            credentials,
            submission: { startTls: config.submission.port, implicitTls: config.submissions.port },
          }),
      };
    },
    announce: () => void process.stdout.write(announcement),
    [Symbol.asyncDispose]: () => lab.stop(),
  };
}
