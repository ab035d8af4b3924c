// Outbound: distinct messages to 20 destinations, all of them at Postfix's smtp-sink. Ours: decided, queued, read from the
// encrypted store, signed with RSA and Ed25519, sent, settled, with receipts and audit. Beside it nodemailer's pool, DKIM-signed, from memory.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import { selectKeys } from '#modules/domains/dkim-key-store.ts';
import { selectDomains } from '#modules/domains/domain-store.ts';
import { forceDkimKey, rotateDkimKeys } from '#modules/domains/rotate-dkim-keys.ts';
import { systemClock } from '#platform/clock/clock.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { composeMessage } from '#protocols/mime/index.ts';
import { startDnsServer } from '../lab/dns/dns-server.ts';
import { a, mx } from '../lab/dns/zone.ts';
import { compose, type House } from '../server/app/compose.ts';
import { readConfig } from '../server/app/config.ts';
import { prepareDataFolder } from '../server/app/data-folder.ts';
import { openStore, type Store } from '../server/app/open-store.ts';
import { readSecrets } from '../server/app/secrets.ts';
import { freePorts } from '../test/support/free-port.ts';
import { report } from './limit.ts';

const messages = Number(process.argv[2] ?? 10_000);
const destinations = Number(process.argv[3] ?? 20);
const bytes = Number(process.argv[4] ?? 4096);
const leastPerSecond = 400;
const leastRatio = 1.5;
const batch = 64;

const [sinkPort = 0] = await freePorts(1);
const sink = spawn('/usr/sbin/smtp-sink', ['-m', '1000', '-u', 'nobody', `127.0.0.1:${sinkPort}`, '1000'], {
  stdio: 'ignore',
});
const names = Array.from({ length: destinations }, (_, n) => `peer${n}.test`);
const domainOf = (n: number): string => names[n % names.length] ?? '';
await using dns = await startDnsServer({
  address: '127.0.0.1',
  port: 0,
  zones: names.map((name) => ({ name, records: [mx(name, `mx.${name}`), a(`mx.${name}`, '127.0.0.1')] })),
});

async function letter(n: number, domain: string): Promise<Buffer> {
  return composeMessage({
    from: { name: 'A nurse', address: 'nurse@clinic.test' },
    to: [{ address: `person${n}@${domain}` }],
    cc: [],
    subject: `Message ${String(n)}`,
    text: 'A line of a letter that is like any other line in it.\n'.repeat(Math.ceil(bytes / 54)),
    messageId: `${n}@clinic.test`,
    date: new Date(),
  });
}

interface Ours {
  readonly perSecond: number;
  readonly claims: number;
  /** Of the time that deliveries spent, by stage. */
  readonly shares: Record<string, number>;
}

/** Messages a second, and the share of time by stage. */
async function ours(): Promise<Ours> {
  const folder = await mkdtemp(join(tmpdir(), 'carepost-bench-'));
  await chmod(folder, 0o755);
  const config = readConfig({
    CAREPOST_DATA: join(folder, 'data'),
    CAREPOST_DNS: dns.server,
    CAREPOST_OUTBOUND_PORT: String(sinkPort),
    CAREPOST_HOSTNAME: 'mx.clinic.test',
  });
  const log = createLogger('error');
  const metrics = createMetrics();
  await prepareDataFolder(config.dataFolder);
  try {
    await using store = await openStore(config, readSecrets({}), log, 'supervise');
    const { database } = store;
    const clock = systemClock;
    const house = await compose({
      config,
      blobUrl: undefined,
      store,
      clock,
      log,
      metrics,
      dns: config.dns,
      trusted: [],
    });
    const { organizationId, administratorId } = await house.domains.createOrganization({
      name: 'Clinic',
      slug: 'clinic',
      domain: 'clinic.test',
      administrator: {
        displayName: 'A nurse',
        email: 'nurse@clinic.test',
      },
    });
    await signFor(house, store, organizationId, administratorId);
    const stored: { messageId: MessageId; address: string; sizeBytes: number }[] = [];
    for (let n = 0; n < messages; n += 200) {
      const some = await Promise.all(
        Array.from({ length: Math.min(200, messages - n) }, async (_, k) => {
          const raw = await letter(n + k, domainOf(n + k));
          const address = `person${n + k}@${domainOf(n + k)}`;
          const intake = await house.messages.fromRaw(organizationId, raw);
          return { messageId: newId<MessageId>(), address, sizeBytes: raw.length, intake };
        }),
      );
      await database.inTenant(organizationId, (tx) =>
        house.messages.store(
          tx,
          some.map(({ messageId, intake }) => ({
            messageId,
            organizationId,
            intake,
            direction: 'outbound' as const,
            category: 'clinical' as const,
          })),
        ),
      );
      stored.push(...some);
    }
    const others = house.loops.filter(({ name }) => !name.startsWith('delivery.'));
    for (const loop of others) await loop.runUntilIdle(); // what storing left to be done is not measured
    const queue = async (): Promise<void> => {
      for (let n = 0; n < stored.length; n += batch) {
        const some = stored.slice(n, n + batch).map((each) => ({ ...each, deliveryId: newId<DeliveryId>() }));
        await database.inTenant(organizationId, async (tx) => {
          // As a campaign's: what is the same for all of a batch is decided once, and kept with each message.
          const decision = await house.policy.decide(tx, {
            organizationId,
            category: 'clinical',
            options: {},
          });
          await house.delivery.enqueue(
            tx,
            some.map(({ messageId, deliveryId, address, sizeBytes }) => ({
              organizationId,
              deliveryId,
              messageId,
              senderId: administratorId,
              address,
              kind: 'to' as const,
              returnPath: 'nurse@clinic.test',
              sizeBytes,
              category: 'clinical' as const,
              protection: 'cleartext' as const, // smtp-sink knows no TLS
              offerDays: 90,
              state: 'queued' as const,
              reason: 'waiting-to-send' as const,
              dsn: null,
            })),
          );
          const choice = {
            verdict: 'cleartext' as const,
            reason: '',
            candidates: [],
            evidence: null,
            problem: null,
            key: null,
          };
          await house.protection.saveReceipts(
            tx,
            organizationId,
            some.map(({ messageId, deliveryId, address }) => ({
              messageId,
              decision,
              receipts: [{ deliveryId, choice: { ...choice, address } }],
            })),
          );
        });
        house.delivery.nudge();
      }
    };
    const waiting = async (): Promise<number> => {
      const states = await database.inTenant(organizationId, (tx) =>
        house.delivery.countStates(
          tx,
          organizationId,
          stored.map(({ messageId }) => messageId),
        ),
      );
      return (
        messages -
        states.filter(({ state }) => state === 'delivered').reduce((sum, { count }) => sum + count, 0)
      );
    };
    for (const loop of house.loops) loop.start();
    const began = performance.now();
    await queue();
    while ((await waiting()) > 0) await delay(50);
    const perSecond = messages / ((performance.now() - began) / 1000);
    for (const loop of house.loops) await loop.stop();
    await house.messages.close();
    return { perSecond, ...(await stagesOf(metrics)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keys of both algorithms, which sign although nobody has seen their records. */
async function signFor(
  { audit }: House,
  { database, keyring }: Store,
  organizationId: OrganizationId,
  userId: UserId,
): Promise<void> {
  const ports = { database, keyring, audit, clock: systemClock };
  const by = { actor: { kind: 'user', userId } as const, ip: undefined };
  const [domain] = await database.inTenant(organizationId, (tx) => selectDomains(tx, undefined, 1));
  if (domain === undefined) throw new Error('The organisation has no domain');
  const which = { organizationId, domainId: domain.domainId };
  await rotateDkimKeys(ports, which, by);
  const keys = await database.inTenant(organizationId, (tx) =>
    selectKeys(tx, organizationId, domain.domainId),
  );
  for (const { keyId } of keys) await forceDkimKey(ports, which, keyId, by);
}

async function stagesOf(metrics: ReturnType<typeof createMetrics>) {
  const text = await metrics.expose();
  const sums: Record<string, number> = {};
  let claims = 0;
  for (const [, stage = '', sum] of text.matchAll(
    /carepost_delivery_stage_seconds_sum\{stage="(\w+)"\} (\S+)/g,
  ))
    sums[stage] = Number(sum);
  claims = Number(/carepost_delivery_stage_seconds_count\{stage="claim"\} (\S+)/.exec(text)?.[1] ?? 0);
  sums['converse'] = (sums['converse'] ?? 0) - (sums['note'] ?? 0);
  const all = Object.values(sums).reduce((sum, each) => sum + each, 0);
  return {
    claims,
    shares: Object.fromEntries(
      Object.entries(sums).map(([stage, sum]) => [stage, Number((sum / all).toFixed(3))]),
    ),
  };
}

/** The same letters from memory, signed by one RSA key, over one pool of connections for each destination. */
async function theirs(): Promise<number> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const pools = names.map(() =>
    createTransport({
      host: '127.0.0.1',
      port: sinkPort,
      pool: true,
      maxConnections: 5,
      maxMessages: Infinity,
      ignoreTLS: true,
      dkim: { domainName: 'clinic.test', keySelector: 'bench', privateKey },
    }),
  );
  const raws = await Promise.all(Array.from({ length: messages }, (_, n) => letter(n, domainOf(n))));
  const began = performance.now();
  await Promise.all(
    raws.map(async (raw, n) => {
      const envelope = { from: 'nurse@clinic.test', to: `person${n}@${domainOf(n)}` };
      await pools[n % pools.length]?.sendMail({ envelope, raw });
    }),
  );
  const perSecond = messages / ((performance.now() - began) / 1000);
  for (const pool of pools) pool.close();
  return perSecond;
}

try {
  const carepost = await ours();
  const nodemailer = await theirs();
  const ratio = carepost.perSecond / nodemailer;
  console.log(JSON.stringify({ bench: 'outbound-stages', claims: carepost.claims, ...carepost.shares }));
  report({
    bench: 'outbound',
    messages,
    destinations,
    bytes,
    perSecond: Math.round(carepost.perSecond),
    leastPerSecond,
    nodemailerPerSecond: Math.round(nodemailer),
    ratio: Number(ratio.toFixed(2)),
    leastRatio,
    ok: carepost.perSecond >= leastPerSecond && ratio >= leastRatio,
  });
} finally {
  sink.kill();
}
