// A queue of 1,000,000 waiting deliveries: half of them ready for a destination that rests, half due much later at 20,000
// destinations. One more becomes due: it must be claimed within a second. Prints the plans of the queries, which must not
// read a table from end to end, and this process's memory.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import type { OrganizationId } from '#contract/ids.ts';
import { createClaimer } from '#modules/delivery/claimer.ts';
import { createDestinations } from '#modules/delivery/destinations.ts';
import { createLogger } from '#platform/log/log.ts';
import { newId } from '#platform/ids.ts';
import { readConfig } from '../server/app/config.ts';
import { prepareDataFolder } from '../server/app/data-folder.ts';
import { openStore } from '../server/app/open-store.ts';
import { readSecrets } from '../server/app/secrets.ts';
import { median, report } from './limit.ts';
import { residentMemory } from './process-cpu.ts';

const waiting = Number(process.argv[2] ?? 1_000_000);
const rounds = 21;
const limits = { milliseconds: 1_000, megabytes: 400 };
/** How often the dispatcher looks when nobody nudges it. */
const lookEveryMs = 500;

const row = `INSERT INTO delivery.delivery (organization_id, delivery_id, message_id, purpose, sender_id, recipient_kind, recipient_sealed,
  recipient_index, domain_index, return_path_sealed, size_bytes, lane, priority, position, promised, protection, offer_days, state,
  state_since, reason, created_at, give_up_at, next_attempt_at, attend_at, destination, ready)`;

/** Of 50 organisations: half ready for one provider that rests, half for later at 20,000 destinations. */
const fill = (count: number): string => `
  SET session_replication_role = replica;
  INSERT INTO delivery.destination VALUES ('resting', 1, 1, 5, now() + interval '10 minutes', 'server-asked-to-wait', 421, now());
  ${row}
  SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n % 50), 12, '0'))::uuid, gen_random_uuid(), gen_random_uuid(), 'message',
    gen_random_uuid(), 'to', sha256(n::text::bytea), sha256(n::text::bytea), sha256((n % 20000)::text::bytea), '', 4096, 'care', 2, 1,
    'portal', 'portal', 1, 'queued', now(), '', now(), now() + interval '2 days', at, now() + interval '1 day', destination, ready
  FROM generate_series(1, ${count}) AS n CROSS JOIN LATERAL (VALUES (now() - interval '1 minute', 'resting', true),
    (now() + interval '3 hours', 'd' || n % 20000, false)) AS kind(at, destination, ready);
  RESET session_replication_role`;

const folder = await mkdtemp(join(tmpdir(), 'carepost-bench-'));
await chmod(folder, 0o755);
const config = readConfig({ CAREPOST_DATA: join(folder, 'data'), CAREPOST_DNS: '127.0.0.1:1' });
await prepareDataFolder(config.dataFolder);
try {
  await using store = await openStore(config, readSecrets({}), createLogger('error'), 'supervise');
  const { database } = store;
  const owner = new pg.Client(
    typeof store.connection === 'string' ? { connectionString: store.connection } : store.connection,
  );
  await owner.connect();
  await owner.query(fill(waiting / 2));
  await owner.query('ANALYZE delivery.delivery');

  const now = new Date();
  const organizationId = newId<OrganizationId>();
  const claim = createClaimer({
    owner: newId(),
    leaseSeconds: 30,
    destinations: createDestinations(() => now),
    heldFor: () => 0,
  });
  /** One delivery becomes due; answers the milliseconds until it is claimed. */
  async function claimOne(n: number): Promise<number> {
    await database.inTenant(organizationId, (tx) =>
      sql`${sql.raw(row)} SELECT ${organizationId}, ${newId()}, ${newId()}, 'message', ${newId()}, 'to', '', '', ${Buffer.from([n])}, '', 4096, 'care', 2, 1,
        'portal', 'portal', 1, 'queued', now(), '', now(), now() + interval '2 days', ${now}, now() + interval '1 hour', 'fresh', true`.execute(
        tx,
      ),
    );
    const began = performance.now();
    const { rows } = await database.acrossTenants((tx) =>
      claim(tx, { now, room: 400, mayTakeSuspect: true }),
    );
    if (rows.length !== 1) throw new Error(`${rows.length} were claimed instead of the one that may go`);
    return performance.now() - began;
  }
  const before = await scansOf(owner);
  const times: number[] = [];
  for (let n = 0; n < rounds; n += 1) times.push(await claimOne(n));

  const scanned = (await scansOf(owner)) - before;
  await showPlan(owner);
  const megabytes = Math.round((await residentMemory(process.pid)) / 1e6);
  const slowest = Math.round(Math.max(...times) + lookEveryMs);
  await owner.end();
  report({
    bench: 'queue-million',
    waiting,
    claimMilliseconds: Number(median(times).toFixed(1)),
    slowestToLeaveMilliseconds: slowest,
    limitMilliseconds: limits.milliseconds,
    megabytes,
    limitMegabytes: limits.megabytes,
    tablesReadFromEndToEnd: scanned,
    ratio: Number((slowest / limits.milliseconds).toFixed(2)),
    ok: slowest < limits.milliseconds && megabytes < limits.megabytes && scanned === 0,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** How often the queue's table was read from end to end so far. */
async function scansOf(owner: pg.Client): Promise<number> {
  await delay(2_000); // connections report what they did when they rest
  const { rows } = await owner.query<{ scans: string }>(
    "SELECT seq_scan AS scans FROM pg_stat_user_tables WHERE schemaname = 'delivery' AND relname = 'delivery'",
  );
  return Number(rows[0]?.scans);
}

async function showPlan(owner: pg.Client): Promise<void> {
  const indexes = await owner.query<{ index: string; reads: string }>(
    "SELECT indexrelname AS index, idx_scan AS reads FROM pg_stat_user_indexes WHERE schemaname = 'delivery' AND idx_scan > 0 ORDER BY 1",
  );
  for (const { index, reads } of indexes.rows) console.log(JSON.stringify({ index, reads: Number(reads) }));
  const plan = await owner.query<{ 'QUERY PLAN': string }>(`
    EXPLAIN SELECT organization_id, destination, domain_index FROM delivery.delivery
    WHERE ready AND state IN ('queued', 'deferred', 'uncertain') AND priority = 2
      AND (organization_id, destination, domain_index) > ('00000000-0000-0000-0000-000000000000', '', '')
    ORDER BY organization_id, destination, domain_index LIMIT 1`);
  for (const line of plan.rows) console.log(line['QUERY PLAN']);
}
