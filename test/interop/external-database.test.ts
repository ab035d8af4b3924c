// PostgreSQL of somebody else, prepared with the SQL of docs/operations/database.md and nothing more.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import pg from 'pg';
import { ProblemError } from '#contract/client.ts';
import { sendMessage } from '#contract/sending.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { documented } from '../support/documented.ts';
import { eventually } from '../support/eventually.ts';
import { createOrganization } from '../support/organization-command.ts';
import { startOutside, type Outside } from '../support/outside.ts';
import {
  embeddedPrograms,
  startPostgresServer,
  superuserPassword,
  type PostgresServer,
} from '../support/postgres-server.ts';
import { runProgram } from '../support/run-program.ts';
import { createClinicOrganization, openSmallClinic, type SmallClinic } from '../support/small-clinic.ts';

/** With everything in it that a URL cannot hold as it is. */
const password = "it's 100% p@ss:w/rd#?";

/** Runs the n-th block of SQL of the page, with our password. */
async function prepare(server: PostgresServer, block: number): Promise<string> {
  const sql = (await documented('operations/database.md', 'sql'))[block] ?? '';
  const chosen = sql.replace("'choose your own'", () => `'${password.replaceAll("'", "''")}'`);
  assert.notEqual(chosen, sql);
  for (const statement of chosen.split(/;\n/).filter((each) => each.trim() !== ''))
    await server.administer(statement);
  return server.url('carepost', password, 'carepost');
}

const ways = [
  { name: 'Debian’s PostgreSQL, both roles made first', programs: undefined, block: 0 },
  { name: 'Debian’s PostgreSQL, a role with CREATEROLE', programs: undefined, block: 1 },
  { name: 'PostgreSQL 17, both roles made first', programs: embeddedPrograms(), block: 0 },
  { name: 'PostgreSQL 17, a role with CREATEROLE', programs: embeddedPrograms(), block: 1 },
] as const;

for (const { name, programs, block } of ways) {
  suite(name, { concurrency: 1 }, () => {
    const stack = new AsyncDisposableStack();
    let outside: Outside;
    let server: PostgresServer;
    let carepost: RunningCarepost;
    let clinic: SmallClinic;
    let environment: Record<string, string>;
    let folder: string;
    const doors = () => ({ ...carepost.ready, url: carepost.url });

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'external-'));
      stack.defer(() => rm(folder, { recursive: true, force: true }));
      outside = stack.use(await startOutside());
      server = stack.use(await startPostgresServer(programs === undefined ? {} : { programs }));
      environment = {
        ...outside.environment,
        CAREPOST_DATA: join(folder, 'data'),
        DATABASE_URL: await prepare(server, block),
      };
      await createClinicOrganization(environment);
      carepost = stack.use(await startCarepost({ lab: false, environment, dataFolder: folder }));
      clinic = await openSmallClinic(carepost.url, outside);
    });
    after(() => stack.disposeAsync());

    test('mail goes out and comes in, and a patient answers', { timeout: 60_000 }, () =>
      clinic.roundTrip(doors(), 'First'),
    );

    test('the role that owns the tables sees one organisation at a time', async () => {
      await createOrganization(environment, {
        name: 'Another',
        slug: 'another',
        domain: 'another.test',
        administrator: {
          name: 'Somebody',
          email: 'somebody@another.test',
          password: 'copper-violin-meadow-52',
        },
      });
      const client = new pg.Client(environment['DATABASE_URL']);
      await client.connect();
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT attrelid::regclass::text AS name FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
         WHERE attname = 'organization_id' AND c.relkind IN ('r', 'p') AND c.relowner = current_user::regrole`,
      );
      assert.ok(tables.length > 40, `${tables.length} tables`);
      const see = async () => {
        const seen = new Map<string, number>();
        for (const table of tables) {
          const { rows } = await client.query<{ id: string }>(
            `SELECT DISTINCT organization_id AS id FROM ${table.name}`,
          );
          for (const { id } of rows) seen.set(id, (seen.get(id) ?? 0) + 1);
        }
        return seen;
      };
      const within = (id: string) =>
        client.query(`SELECT set_config('carepost.organization', $1, false)`, [id]);
      assert.equal((await see()).size, 0, 'without an organisation there is nothing');
      await within('*');
      const all = await see();
      assert.equal(all.size, 2);
      const [one = '', other = ''] = [...all.keys()];
      for (const id of [one, other]) {
        await within(id);
        assert.deepEqual([...(await see()).keys()], [id]);
      }
      await within(one);
      await assert.rejects(
        client.query(
          `INSERT INTO platform.organization_key (organization_id, version, wrapped) VALUES ($1, 7, '')`,
          [other],
        ),
        /row-level security/,
      );
      await client.end();
    });

    test('jobs have their schema, and it is ours', async () => {
      const [schema] = await server.administer(
        `SELECT nspowner::regrole::text AS owner, (SELECT count(*)::int FROM pgboss.schedule) AS schedules
         FROM pg_namespace WHERE nspname = 'pgboss'`,
        'carepost',
      );
      assert.equal(schema?.['owner'], 'carepost');
      assert.ok(Number(schema?.['schedules']) > 0);
    });

    if (block === 1 || programs !== undefined) return;

    for (const signal of ['SIGINT', 'SIGKILL'] as const)
      test(
        `the server is ended by ${signal} and started again: come again, and then all is well`,
        { timeout: 60_000 },
        async () => {
          const nurse = await clinic.nurse(carepost.url);
          const letter = (subject: string) => ({ to: ['office@verified.test'], subject, text: 'body' });
          const before = await clinic.submit(carepost.ready.submission, letter(`before ${signal}`));
          assert.ok(before.ok, before.response);
          await server.end(signal);

          const submitted = await clinic.submit(carepost.ready.submission, letter('meanwhile'));
          assert.ok(!submitted.ok && (submitted.code ?? 0) < 500, submitted.response);
          const attempt = nurse.call(sendMessage, {
            body: { to: ['office@verified.test'], subject: 'meanwhile', text: 'x', category: 'clinical' },
          });
          await assert.rejects(
            attempt,
            (error) => error instanceof ProblemError && error.problem.code === 'database-unavailable',
          );
          assert.equal((await fetch(`${carepost.url}/health/live`)).status, 200);
          assert.equal((await fetch(`${carepost.url}/health/ready`)).status, 503);

          await server.start();
          await eventually('ready by itself', async () =>
            (await fetch(`${carepost.url}/health/ready`)).ok ? true : undefined,
          );
          await clinic.roundTrip(doors(), `After ${signal}`);
        },
      );

    test(
      'what was accepted just before arrived once, what was refused did not',
      { timeout: 60_000 },
      async () => {
        for (const subject of ['before SIGINT', 'before SIGKILL']) {
          // What was under way just then is held for 30 s.
          await outside.awaits('office@verified.test', (message) => message.subject === subject, 45_000);
          assert.equal(await outside.copies('office@verified.test', subject), 1);
        }
        assert.equal(await outside.copies('office@verified.test', 'meanwhile'), 0);
      },
    );

    test('nothing of its password is in the log, and no error', async () => {
      const log = await readFile(carepost.logFile, 'utf8');
      assert.ok(!log.includes('p@ss') && !log.includes('p%40ss'));
      assert.deepEqual(
        log.split('\n').filter((line) => line.includes('"level":"error"')),
        [],
      );
    });

    test('a dump made while it runs, put back on another server', { timeout: 60_000 }, async () => {
      const [dump = '', restore = ''] = await documented('operations/database.md', 'sh');
      const follow = (block: string, role: string, secret: string, port: number) =>
        runProgram('sh', ['-euc', block], '', {
          env: {
            PATH: `${server.programs}:${process.env['PATH']}`,
            BACKUP: folder,
            PGHOST: '127.0.0.1',
            PGPORT: String(port),
            PGUSER: role,
            PGPASSWORD: secret,
          },
        });
      const confined = await follow(dump, 'carepost', password, server.port);
      assert.equal(confined.code, 1);
      assert.match(confined.output, /row-level security/);
      const made = await follow(dump, 'postgres', superuserPassword, server.port);
      assert.deepEqual(made, { code: 0, output: '' });
      await cp(join(folder, 'data'), join(folder, 'second'), { recursive: true });
      await carepost.end('SIGTERM');

      await using other = await startPostgresServer();
      const url = await prepare(other, block);
      const restored = await follow(restore, 'postgres', superuserPassword, other.port);
      assert.deepEqual(restored, { code: 0, output: '' });
      const second = { ...environment, CAREPOST_DATA: join(folder, 'second'), DATABASE_URL: url };
      await using again = await startCarepost({ lab: false, environment: second, dataFolder: folder });
      const nurse = await clinic.nurse(again.url);
      const { id } = await nurse.arrived('First in');
      assert.match((await nurse.raw(id)).toString(), /^Thank you\.\r$/m);
      await clinic.roundTrip({ ...again.ready, url: again.url }, 'Restored');
    });
  });
}
