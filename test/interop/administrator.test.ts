// What an administrator does to an installation, as docs/operations says: a user without rights runs it, commands
// beside it, a stop and a backup while mail comes in, and the backup put back somewhere else.
import assert from 'node:assert/strict';
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import PostalMime from 'postal-mime';
import { getAuditCheckpoint } from '#contract/audit.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { documented } from '../support/documented.ts';
import { eventually } from '../support/eventually.ts';
import { createOrganization } from '../support/organization-command.ts';
import { startOutside, type Outside } from '../support/outside.ts';
import { unprivileged } from '../support/postgres-server.ts';
import { refusedStart, runCarepost, type OsUser } from '../support/run-carepost.ts';
import { runProgram } from '../support/run-program.ts';
import {
  administrator,
  createClinicOrganization,
  openSmallClinic,
  type SmallClinic,
} from '../support/small-clinic.ts';
import { startSmtpLoad, type LoadMessage, type SmtpLoad } from '../support/smtp-load.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

const main = join(import.meta.dirname, '../../server/main.ts');
const scan = Buffer.alloc(500_000, 'scan');

suite('an administrator', { concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  const accepted: LoadMessage[] = [];
  let user: OsUser;
  let folder: string;
  let outside: Outside;
  let environment: Record<string, string>;
  let carepost: RunningCarepost;
  let clinic: SmallClinic;
  let verifierKey: string;
  /** Messages of before all backups. */
  const kept = { large: '', small: '' };

  before(async () => {
    user = await unprivileged();
    outside = stack.use(await startOutside(user));
    folder = await mkdtemp(join(tmpdir(), 'administrator-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    await chown(folder, user.uid, user.gid);
    environment = { ...outside.environment, CAREPOST_DATA: join(folder, 'data') };
    await createClinicOrganization(environment, user);
    carepost = stack.use(await startCarepost({ lab: false, dataFolder: folder, environment, user }));
    clinic = await openSmallClinic(carepost.url, outside);
  });
  after(() => stack.disposeAsync());

  const postmasterFile = () => join(carepost.dataFolder, 'postgresql/cluster/postmaster.pid');

  /** A block of the page, as it stands there, in the shell of the user that runs carepost. */
  async function follow(block: string | undefined, variables: Record<string, string>): Promise<string> {
    assert.ok(block !== undefined);
    const env = { PATH: process.env['PATH'] ?? '', CAREPOST_DATA: carepost.dataFolder, ...variables };
    const { code, output } = await runProgram('sh', ['-euc', block], '', { ...user, env, cwd: folder });
    assert.equal(code, 0, output);
    return output;
  }
  async function newFolder(name: string): Promise<string> {
    await mkdir(join(folder, name), { mode: 0o700 });
    await chown(join(folder, name), user.uid, user.gid);
    return join(folder, name);
  }
  function startLoad(): SmtpLoad {
    return startSmtpLoad({
      connectionsEach: 2,
      submission: carepost.ready.submission,
      mx: carepost.ready.mx,
      signIn: clinic.mailProgram,
      to: {
        submission: ['office@verified.test', 'ward@sts.test'],
        mx: [clinic.mailProgram.username],
      },
    });
  }
  const acceptedOf = (load: SmtpLoad) => load.messages.filter(({ reply }) => reply !== undefined);

  /** Everything of `expected` is in the nurse's folders, once. */
  async function holds(url: string, expected: readonly LoadMessage[]): Promise<StaffPerson> {
    const nurse = await clinic.nurse(url);
    const copies = await eventually('everything accepted is in its folder', async () => {
      const found = {
        mx: Map.groupBy(await nurse.everySubject('inbox'), (subject) => subject),
        submission: Map.groupBy(await nurse.everySubject('sent'), (subject) => subject),
      };
      const counts = expected.map(({ door, token }) => found[door].get(token)?.length ?? 0);
      return counts.includes(0) ? undefined : counts;
    });
    assert.deepEqual(
      copies.filter((count) => count !== 1),
      [],
    );
    return nurse;
  }

  async function verifiedExport(of: Record<string, string>, file: string): Promise<{ entries: number }> {
    const parameters = ['audit', 'export', '--organization', 'clinic', '--out', file];
    const exported = await runCarepost(parameters, of, { user });
    assert.deepEqual(exported, { code: 0, output: '' });
    const verified = await runCarepost(['audit', 'verify', file, '--key', verifierKey], {}, { user });
    assert.equal(verified.code, 0, verified.output);
    return JSON.parse(verified.output) as { entries: number };
  }

  test('a user without rights runs it, and owns what it keeps', async () => {
    await clinic.roundTrip({ ...carepost.ready, url: carepost.url }, 'First');
    const large = await clinic.submit(carepost.ready.submission, {
      to: [clinic.mailProgram.username],
      subject: 'Large',
      attachments: [{ filename: 'scan.bin', content: scan }],
    });
    assert.ok(large.ok, large.response);
    const nurse = await clinic.nurse(carepost.url);
    kept.large = (await nurse.arrived('Large')).id;
    kept.small = (await nurse.arrived('First in')).id;
    const [postmaster] = (await readFile(postmasterFile(), 'utf8')).split('\n');
    for (const pid of [carepost.pid, postmaster])
      assert.match(await readFile(`/proc/${pid}/status`, 'utf8'), new RegExp(`^Uid:\\t${user.uid}\\t`, 'm'));
    for (const [path, mode] of [
      ['.', 0o700],
      ['root.key', 0o600],
      ['postgresql/cluster', 0o700],
      ['postgresql/socket', 0o700],
    ] as const) {
      const found = await stat(join(carepost.dataFolder, path));
      assert.deepEqual([found.uid, found.mode & 0o777], [user.uid, mode], path);
    }
  });

  test('commands beside it', async () => {
    await createOrganization(
      environment,
      {
        name: 'Another',
        slug: 'another',
        domain: 'another.test',
        administrator: { ...administrator, email: 'admin@another.test' },
      },
      user,
    );
    await signInStaff(carepost.url, 'admin@another.test', administrator.password);
    const admin = await signInStaff(carepost.url, administrator.email, administrator.password);
    ({ verifierKey } = await eventually('the log has a checkpoint', () =>
      admin.call(getAuditCheckpoint).catch(() => undefined),
    ));
    assert.ok((await verifiedExport(environment, join(folder, 'audit.jsonl'))).entries > 10);

    const again = await runCarepost(
      ['audit', 'export', '--organization', 'clinic', '--out', join(folder, 'audit.jsonl')],
      environment,
      { user },
    );
    assert.equal(again.code, 1);
    const into = (reader: string, command: string) => {
      const piped = `"${process.execPath}" "${main}" ${command} | ${reader}`;
      const env = { PATH: process.env['PATH'] ?? '', ...environment };
      return runProgram('bash', ['-o', 'pipefail', '-c', piped], '', { ...user, env });
    };
    const cut = await into('true', 'audit export --organization clinic');
    assert.equal(cut.code, 1);
    assert.match(cut.output, /^The program that reads the export stopped before its end/);
    for (const reader of ['true', 'head -n 1']) {
      const { code, output } = await into(reader, 'config');
      assert.equal(code, 0, output);
      assert.equal(output.trimEnd().split('\n').length, 1, output);
    }
  });

  test('stopped while mail comes in: in time, and nothing is lost', { timeout: 90_000 }, async () => {
    const load = startLoad();
    load.allow(1_000);
    await load.untilAccepted(30);
    assert.equal(await carepost.end('SIGTERM'), 0, 'after 10 s it would be 1');
    await assert.rejects(stat(postmasterFile()), { code: 'ENOENT' });
    load.allow(0);
    const [, stopped] = await documented('operations/data-folder.md', 'sh');
    assert.equal(await follow(stopped, { BACKUP: await newFolder('stopped') }), '');
    await carepost.start();
    load.allow(20);
    await load.untilAccepted(10);
    await load.stop();
    accepted.push(...acceptedOf(load));
    await holds(carepost.url, accepted);
  });

  test('backed up while mail comes in', async (t) => {
    const [key, , running] = await documented('operations/data-folder.md', 'sh');
    await follow(key, { SAFE: await newFolder('safe') });
    const load = startLoad();
    load.allow(10_000);
    await load.untilAccepted(30);
    accepted.push(...acceptedOf(load));
    const before = load.accepted;
    const said = await follow(running, { BACKUP: await newFolder('running') });
    const meanwhile = load.accepted - before;
    await load.stop();
    assert.ok(meanwhile > 0);
    t.diagnostic(JSON.stringify({ accepted: accepted.length, meanwhile, said }));
    assert.deepEqual(
      said.split('\n').filter((line) => line !== '' && !line.endsWith('No such file or directory')),
      [],
    );
    await carepost.end('SIGTERM');
  });

  for (const kind of ['running', 'stopped'])
    test(`the backup of the ${kind} one, put back elsewhere`, { timeout: 90_000 }, async () => {
      const [, , , restore] = await documented('operations/data-folder.md', 'sh');
      const elsewhere = await newFolder(`elsewhere-${kind}`);
      const restored = { ...environment, CAREPOST_DATA: join(elsewhere, 'data') };
      await follow(restore, { ...restored, BACKUP: join(folder, kind), SAFE: join(folder, 'safe') });
      if (kind === 'running') {
        const file = join(restored.CAREPOST_DATA, 'root.key');
        const key = await readFile(file);
        await writeFile(file, 'ab'.repeat(32));
        assert.match(
          await refusedStart(restored, user),
          /^The root key does not open the keys of this database\. Restore the root key that belongs to it\.$/,
        );
        await rm(file);
        assert.match(
          await refusedStart(restored, user),
          /^The root key .*root\.key is missing, .*Put back the copy of it that you keep elsewhere \(docs/,
        );
        await writeFile(file, key, { mode: 0o600 });
        await chown(file, user.uid, user.gid);
      }
      await using second = await startCarepost({
        lab: false,
        dataFolder: elsewhere,
        environment: restored,
        user,
      });
      const nurse = await holds(second.url, kind === 'running' ? accepted : []);
      const [attachment] = (await PostalMime.parse(await nurse.raw(kept.large))).attachments;
      assert.ok(Buffer.from(attachment?.content as ArrayBuffer).equals(scan));
      assert.match((await nurse.raw(kept.small)).toString(), /^Thank you\.\r$/m);
      const { entries } = await verifiedExport(restored, join(elsewhere, 'audit.jsonl'));
      assert.ok(entries > 10);
      await clinic.roundTrip({ ...second.ready, url: second.url }, `Restored ${kind}`);
    });
});
