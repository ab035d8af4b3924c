import { join } from 'node:path';
import type { Clock } from '#platform/clock/clock.ts';
import type { IssuedCertificate } from '#platform/certificates/issue-certificate.ts';
import { openLabAuthority } from './authority/lab-authority.ts';
import { startDnsServer, type LabDnsServer } from './dns/dns-server.ts';
import { openLabInbox, type LabInbox } from './inbox/lab-inbox.ts';
import { labDomains, type LabDomain, type LabServer } from './servers/lab-domain.ts';
import { startMailServer } from './servers/mail-server.ts';
import { startPolicyHost } from './servers/policy-host.ts';
import { otherZones, zoneOf } from './zones.ts';

export interface LabOptions {
  /** Where the lab keeps its authority and what it received, in a folder `lab`. */
  dataFolder: string;
  clock: Clock;
  /** First three octets of the addresses that the lab listens on. Default `127.0.1`; a test takes a block of its own. */
  network?: string;
  /** Port of all mail servers: what CAREPOST_OUTBOUND_PORT is to be. Default 2526. */
  port?: number;
  /** Default 2530; 0 takes any. */
  dnsPort?: number;
  /** Port of the MTA-STS policy host. Default 2531; 0 takes any. */
  policyPort?: number;
  /** Default 1,500. */
  slowMs?: number;
  /** Default {@link labDomains}. */
  domains?: readonly LabDomain[];
}

/** A small internet on loopback: DNS, an authority, mail servers good and bad. */
export interface Lab extends AsyncDisposable {
  /** `address:port`, as CAREPOST_DNS takes it. */
  dnsServer: string;
  /** The port of every mail server, as CAREPOST_OUTBOUND_PORT takes it. */
  mailPort: number;
  /** The port to ask MTA-STS policies at, instead of 443. */
  policyPort: number;
  /** PEM of the authority to trust. */
  caCertificate: string;
  /** A certificate of the lab's authority, for the product's own listeners. */
  issueCertificate(...names: [string, ...string[]]): Promise<IssuedCertificate>;
  /** Where the lab keeps its things. */
  folder: string;
  domains: readonly LabDomain[];
  dns: LabDnsServer;
  inbox: LabInbox;
  /** Restarts a mail server with other traits, as when somebody breaks or mends it. */
  alterServer(host: string, change: Partial<Pick<LabServer, 'tls' | 'manner'>>): Promise<void>;
  /** Takes a mail server off the net; {@link alterServer} brings it back. */
  stopServer(host: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the lab; ready when it returns. @throws when an address or port is taken. */
export async function createLab(options: LabOptions): Promise<Lab> {
  const { clock, network = '127.0.1', port = 2526, domains = labDomains, slowMs = 1_500 } = options;
  const folder = join(options.dataFolder, 'lab');
  const authority = await openLabAuthority(folder);
  const inbox = openLabInbox(folder);

  const servers = new Map(
    domains
      .flatMap((domain) => domain.servers)
      .map((server, index) => [server.host, { server, address: `${network}.${10 + index}` }]),
  );
  const addresses = {
    mailServers: new Map([...servers].map(([host, { address }]) => [host, address])),
    policyHost: `${network}.2`,
  };

  await using stack = new AsyncDisposableStack();
  const dns = stack.use(
    await startDnsServer({
      address: `${network}.1`,
      port: options.dnsPort ?? 2530,
      zones: [...domains.map((domain) => zoneOf(domain, addresses)), ...otherZones('127.0.0.1')],
    }),
  );
  const policyHost = stack.use(
    await startPolicyHost(
      domains,
      { address: addresses.policyHost, port: options.policyPort ?? 2531 },
      authority,
    ),
  );

  const running = new Map<string, AsyncDisposable>();
  stack.defer(async () => void (await Promise.all([...running.keys()].map(stopServer))));
  await Promise.all([...servers.keys()].map((host) => startServer(host)));

  async function startServer(host: string): Promise<void> {
    const entry = servers.get(host);
    if (entry === undefined) throw new RangeError('no such server in the lab');
    running.set(
      host,
      await startMailServer(
        entry.server,
        { address: entry.address, port },
        { authority, inbox, clock, slowMs },
      ),
    );
  }
  async function stopServer(host: string): Promise<void> {
    const server = running.get(host);
    running.delete(host);
    await server?.[Symbol.asyncDispose]();
  }

  const started = stack.move();
  return {
    dnsServer: dns.server,
    mailPort: port,
    policyPort: policyHost.port,
    caCertificate: authority.certificate,
    issueCertificate: authority.issue,
    folder,
    domains,
    dns,
    inbox,
    async alterServer(host, change) {
      const entry = servers.get(host);
      if (entry === undefined) throw new RangeError('no such server in the lab');
      entry.server = { ...entry.server, ...change };
      await stopServer(host);
      await startServer(host);
    },
    stopServer,
    stop: () => started.disposeAsync(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
