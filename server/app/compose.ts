import { join } from 'node:path';
import { openBlobStore } from '#platform/blobs/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import { createResolver, type DnsServer } from '#platform/dns/index.ts';
import { createOutbox } from '#platform/events/outbox.ts';
import type { Route } from '#platform/http/route.ts';
import { createJobs } from '#platform/jobs/jobs.ts';
import { createIdempotency } from '#platform/http/idempotency.ts';
import { createOpenPgp } from '#protocols/openpgp/index.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createAuditModule } from '#modules/audit/index.ts';
import { createContactsModule } from '#modules/contacts/index.ts';
import {
  createDeliverabilityModule,
  createReportMail,
  createReportPost,
} from '#modules/deliverability/index.ts';
import { createDeliveryModule } from '#modules/delivery/index.ts';
import { createDomainsModule, isOwnDomain } from '#modules/domains/index.ts';
import { createIdentityModule } from '#modules/identity/index.ts';
import { createMailboxModule } from '#modules/mailbox/index.ts';
import { createMessagesModule } from '#modules/messages/index.ts';
import { createOrganizationsModule } from '#modules/organizations/index.ts';
import { createPickupModule } from '#modules/pickup/index.ts';
import { createPolicyModule } from '#modules/policy/index.ts';
import { createPortalModule } from '#modules/portal/index.ts';
import { createKeys, createProtectionModule, createSmime } from '#modules/protection/index.ts';
import { createReceptionModule } from '#modules/reception/index.ts';
import { createSendingModule } from '#modules/sending/index.ts';
import { openScan, type Scan } from '#protocols/clamd/index.ts';
import { checkBlobStore } from './check-blob-store.ts';
import type { Config } from './config.ts';
import type { Store } from './open-store.ts';

export interface Surroundings {
  readonly config: Config;
  readonly blobUrl: string | undefined;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly dns: readonly DnsServer[];
  /** PEM of certificate authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
}

/** Every module, given the ports that it names and nothing else: the only place that knows them all. */
export async function compose({ config, blobUrl, store, clock, log, metrics, dns, trusted }: Surroundings) {
  const { database, keyring, connection } = store;
  const outbox = createOutbox({ database, clock, log: log.child('outbox') });
  const jobs = createJobs({ connection, log: log.child('jobs') });
  const blobs = await openBlobStore(blobUrl, join(config.dataFolder, 'blobs'));
  if (blobUrl !== undefined) await checkBlobStore(blobs, log);
  const resolver = createResolver({ servers: dns, clock });
  const publicUrl = config.publicUrl.origin;

  const audit = createAuditModule({ database, keyring, clock, log: log.child('audit') });
  const organizations = createOrganizationsModule({
    database,
    clock,
    audit,
    journalDoubt: (organizationId, address) => protection.journalDoubt(organizationId, address),
  });
  const identity = createIdentityModule({
    database,
    keyring,
    clock,
    log: log.child('identity'),
    metrics,
    audit,
    outbox,
    organizations,
    isOwnDomain,
  });
  const domains = createDomainsModule({
    database,
    keyring,
    clock,
    log: log.child('domains'),
    hostname: config.hostname,
    audit,
    forwardDoubts: (organizationId, addresses) => protection.forwardDoubts(organizationId, addresses),
    resolver: createResolver({ servers: dns, clock, cacheSize: 0 }),
    organizations,
    identity,
  });
  const contacts = createContactsModule({ database, keyring, clock, audit });
  const messages = createMessagesModule({
    database,
    keyring,
    blobs,
    clock,
    outbox,
    jobs,
    audit,
    log: log.child('messages'),
  });
  const policy = createPolicyModule({ clock, organizations });
  const openpgp = createOpenPgp();
  const keys = createKeys({
    database,
    keyring,
    clock,
    log: log.child('keys'),
    audit,
    outbox,
    identity,
    domains,
    messages,
    resolver,
    openpgp,
    smime: createSmime(),
    // The lab has one web server for all of its domains.
    webKeys: { port: config.lab ? config.mtaStsPort : 443, trusted, allowPrivate: config.lab !== undefined },
  });
  const protection = createProtectionModule(
    {
      database,
      keyring,
      clock,
      log: log.child('protection'),
      audit,
      resolver,
      domains,
      identity,
      policy,
      keys,
    },
    {
      localName: config.hostname,
      outboundPort: config.outboundPort,
      policyPort: config.mtaStsPort,
      trusted,
      resolverOnLoopback: dns.every(({ loopback }) => loopback),
      ...(config.dnssecProof === undefined ? {} : { dnssecProof: config.dnssecProof }),
    },
  );
  const pickup = createPickupModule({
    database,
    keyring,
    clock,
    log: log.child('pickup'),
    outbox,
    audit,
    organizations,
    identity,
    messages,
    publicUrl,
  });
  const delivery = createDeliveryModule({
    database,
    keyring,
    clock,
    log: log.child('delivery'),
    metrics,
    outbox,
    audit,
    organizations,
    domains,
    identity,
    messages,
    protection,
    keys,
    policy,
    pickup,
    options: { hostname: config.hostname, outboundPort: config.outboundPort, trusted },
  });
  const sending = createSendingModule({
    database,
    keyring,
    clock,
    log: log.child('sending'),
    outbox,
    audit,
    organizations,
    identity,
    domains,
    messages,
    policy,
    protection,
    pickup,
    delivery,
  });
  const reception = createReceptionModule({
    database,
    clock,
    log: log.child('reception'),
    metrics,
    outbox,
    audit,
    identity,
    domains,
    organizations,
    messages,
    sending,
    keyring,
    protection,
    delivery,
    trusted,
    openScan: openScanOf(config),
    dns: resolver,
    hostname: config.hostname,
  });
  const mailbox = createMailboxModule({
    database,
    keyring,
    blobs,
    clock,
    log: log.child('mailbox'),
    outbox,
    audit,
    organizations,
    identity,
    messages,
    keys,
    sending,
    publicUrl,
  });
  const portal = createPortalModule({
    database,
    keyring,
    clock,
    log: log.child('portal'),
    audit,
    organizations,
    identity,
    messages,
    pickup,
    delivery,
    mailbox,
  });

  const deliverability = createDeliverabilityModule({
    database,
    clock,
    log: log.child('deliverability'),
    outbox,
    audit,
    resolver: createResolver({ servers: dns, clock, cacheSize: 0 }),
    domains,
    messages,
    protection,
    hostname: config.hostname,
    publicUrl,
    post: createReportPost({ resolver, trusted, allowPrivate: config.lab !== undefined }),
    mail: createReportMail({ messages, delivery, identity }),
  });

  const idempotency = createIdempotency({ database, keyring, clock });
  const forgetKeys = createLoop({
    name: 'platform.forget-idempotency-keys',
    everyMs: 3_600_000,
    runOnce: () => idempotency.sweep(),
    log,
  });

  const modules = {
    audit,
    organizations,
    identity,
    domains,
    contacts,
    messages,
    policy,
    keys,
    protection,
    pickup,
    delivery,
    sending,
    reception,
    mailbox,
    portal,
    deliverability,
  };
  return {
    ...modules,
    jobs,
    idempotency,
    routes: Object.values(modules).flatMap((module): Route[] => ('routes' in module ? module.routes : [])),
    loops: [
      outbox.loop,
      forgetKeys,
      ...Object.values(modules).flatMap((module): readonly Loop[] => ('loops' in module ? module.loops : [])),
    ],
  };
}

function openScanOf({ clamd }: Config): (() => Scan) | null {
  return clamd === undefined ? null : () => openScan(clamd);
}

export type House = Awaited<ReturnType<typeof compose>>;
