// One installation in three processes, each with a data folder of its own, as on three machines.
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { getTimeline, listSentMessages } from '#contract/sending.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { documented } from '../support/documented.ts';
import { eventually } from '../support/eventually.ts';
import { startOutside, type Outside } from '../support/outside.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { refusedStart, runCarepost } from '../support/run-carepost.ts';
import { startS3Server, type S3Server } from '../support/s3-server.ts';
import {
  createClinicOrganization,
  openSmallClinic,
  type Doors,
  type SmallClinic,
} from '../support/small-clinic.ts';
import { startSmtpLoad } from '../support/smtp-load.ts';

/** Processes killed. More: `CAREPOST_TEST_ROUNDS=100 node --test test/interop/split-roles.test.ts`. */
const kills = Number(process.env['CAREPOST_TEST_ROUNDS'] ?? 4);
const settleMs = 110_000 + kills * 6_000;

suite('api / mx, submission / delivery, worker', { concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let outside: Outside;
  let database: PostgresServer;
  let s3: S3Server;
  let clinic: SmallClinic;
  let shared: Record<string, string>;
  let pages: RunningCarepost;
  let mail: RunningCarepost;
  let work: RunningCarepost;
  const doors = (): Doors => ({
    url: pages.url,
    submission: mail.ready.submission,
    mx: mail.ready.mx,
  });
  const dataOf = (machine: string) => join(folder, machine, 'data');

  async function start(machine: string, roles: string): Promise<RunningCarepost> {
    const environment = { ...shared, CAREPOST_DATA: dataOf(machine), CAREPOST_ROLES: roles };
    return stack.use(await startCarepost({ lab: false, dataFolder: join(folder, machine), environment }));
  }
  /** As the page says: the key of the first is copied to the others. */
  async function copyKey(machine: string): Promise<void> {
    await mkdir(dataOf(machine), { recursive: true, mode: 0o700 });
    await copyFile(join(dataOf('three'), 'root.key'), join(dataOf(machine), 'root.key'));
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roles-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    outside = stack.use(await startOutside());
    s3 = stack.use(await startS3Server());
    database = stack.use(await startPostgresServer());
    const [sql = ''] = await documented('operations/database.md', 'sql');
    for (const statement of sql.split(/;\n/).filter((each) => each.trim() !== ''))
      await database.administer(statement);
    for (const machine of ['one', 'two', 'three']) await mkdir(join(folder, machine));
    shared = {
      ...outside.environment,
      DATABASE_URL: database.url('carepost', 'choose your own', 'carepost'),
      BLOB_URL: s3.url,
    };
    await createClinicOrganization({ ...shared, CAREPOST_DATA: dataOf('three') });
  });
  after(() => stack.disposeAsync());

  test('a process without the key, or with another, says so and ends', async () => {
    const environment = { ...shared, CAREPOST_ROLES: 'api', CAREPOST_DATA: dataOf('one') };
    assert.match(await refusedStart(environment), /^The root key .*root\.key is missing/);
    await writeFile(join(dataOf('one'), 'root.key'), 'ab'.repeat(32), { mode: 0o600 });
    assert.match(await refusedStart(environment), /^The root key does not open the keys of this database/);
    await rm(join(dataOf('one'), 'root.key'));
  });

  test('each listens where its roles say, and mail goes all the way', { timeout: 90_000 }, async () => {
    await Promise.all(['one', 'two'].map(copyKey));
    // The page whose address stands in notices is that of machine one.
    pages = await start('one', 'api');
    Object.assign(shared, { CAREPOST_PUBLIC_URL: pages.url });
    [mail, work] = await Promise.all([start('two', 'mx,submission'), start('three', 'delivery,worker')]);
    assert.deepEqual(Object.keys(pages.ready).toSorted(), ['event', 'http', 'pid']);
    assert.deepEqual(Object.keys(mail.ready).toSorted(), ['event', 'mx', 'pid', 'submission', 'submissions']);
    assert.deepEqual(Object.keys(work.ready).toSorted(), ['event', 'pid']);
    clinic = await openSmallClinic(pages.url, outside);
    await clinic.roundTrip(doors(), 'Three');
  });

  test('an open page hears of mail that another process took and a third one filed', async () => {
    const nurse = await clinic.nurse(pages.url);
    const stream = await nurse.fetch(`${pages.url}/jmap/eventsource?types=Email&closeafter=no&ping=0`);
    assert.equal(stream.status, 200);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const until = async (count: number) => {
      while ((heard.match(/^event: state/gm) ?? []).length < count) {
        const { value, done } = await reader.read();
        assert.ok(!done, heard);
        heard += value;
      }
    };
    await until(1);
    await clinic.roundTrip(doors(), 'Heard');
    await until(2);
    await reader.cancel();
  });

  test('a large message is in the store for all of them', async () => {
    const before = s3.objects.size;
    const sent = await clinic.submit(mail.ready.submission, {
      to: ['office@verified.test'],
      subject: 'Large',
      attachments: [{ filename: 'scan.bin', content: Buffer.alloc(500_000, 'x') }],
    });
    assert.ok(sent.ok, sent.response);
    await outside.awaits('office@verified.test', ({ subject }) => subject === 'Large');
    assert.equal(s3.objects.size, before + 1);
  });

  test(
    'two workers, and each process killed in turn under load: everything accepted once',
    { timeout: 40_000 + kills * 15_000 + settleMs },
    async (t) => {
      await mkdir(join(folder, 'four'));
      await copyKey('four');
      await start('four', 'delivery,worker');
      const load = startSmtpLoad({
        connectionsEach: 3,
        submission: mail.ready.submission,
        mx: mail.ready.mx,
        signIn: clinic.mailProgram,
        to: {
          submission: ['office@verified.test', 'ward@sts.test', 'jane@mail.test'],
          mx: [clinic.mailProgram.username],
        },
      });
      for (let kill = 0; kill < kills; kill += 1) {
        const victim = [work, mail, pages, work][kill % 4] ?? work;
        load.allow(60);
        await load.untilAccepted(25);
        await victim.end('SIGKILL');
        load.allow(60); // on a busy machine all of the first are taken by now
        if (victim === work) await load.untilAccepted(10); // nobody misses it
        await victim.start();
      }
      load.allow(30);
      await load.untilAccepted(20);
      await load.stop();

      const nurse = await clinic.nurse(pages.url);
      const accepted = load.messages.filter(({ reply }) => reply !== undefined);
      const states = await eventually(
        'everything accepted has come to its end',
        async () => {
          const found = new Map<string, { messageId: string; states: string[] }>();
          for (let cursor: string | null | undefined; cursor !== null;) {
            const page = await nurse.call(listSentMessages, {
              query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
            });
            for (const one of page.items)
              found.set(one.subject ?? '', { messageId: one.messageId, states: Object.keys(one.states) });
            cursor = page.nextCursor;
          }
          const filed = new Set(await nurse.everySubject('inbox'));
          const hasEnded = ({ states }: { readonly states: readonly string[] }) =>
            states.length > 0 && states.every((state) => state === 'delivered' || state === 'notified');
          const done = accepted.every(({ door, token }) => {
            const one = found.get(token);
            return door === 'mx' ? filed.has(token) : one !== undefined && hasEnded(one);
          });
          return done ? found : undefined;
        },
        settleMs,
      );
      const inside = await nurse.everySubject('inbox');
      const account = { kills, handedOver: load.messages.length, accepted: accepted.length, uncertain: 0 };
      for (const { token, to, door } of accepted) {
        if (to === 'jane@mail.test') {
          assert.deepEqual(states.get(token)?.states, ['notified'], token);
          continue;
        }
        const copies =
          door === 'mx'
            ? inside.filter((subject) => subject === token).length
            : await outside.copies(to, token);
        if (copies === 1) continue;
        assert.ok(
          copies > 1 && door === 'submission',
          `${token} by ${door} to ${to}: ${copies} copies, ${states.get(token)?.states.join()}`,
        );
        const { messageId = '' } = states.get(token) ?? {};
        const { recipients } = await nurse.call(getTimeline, { params: { messageId } });
        assert.ok(recipients.some(({ events }) => events.some(({ what }) => what === 'uncertain')));
        account.uncertain += 1;
      }
      t.diagnostic(JSON.stringify(account));
    },
  );

  test('the audit log of all of them is one, and whole', async () => {
    const environment = { ...shared, CAREPOST_DATA: dataOf('one') };
    const file = join(folder, 'audit.jsonl');
    const exported = await runCarepost(
      ['audit', 'export', '--organization', 'clinic', '--out', file],
      environment,
    );
    assert.equal(exported.code, 0, exported.output);
    const verified = await runCarepost(['audit', 'verify', file], {});
    assert.equal(verified.code, 0, verified.output);
  });
});
