// The disk is full: everybody is told to come again, nothing that was taken is lost, and with room it goes on by itself.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { startOutside, type Outside } from '../support/outside.ts';
import { runProgram } from '../support/run-program.ts';
import { createClinicOrganization, openSmallClinic, type SmallClinic } from '../support/small-clinic.ts';
import { startSmtpLoad, type LoadMessage } from '../support/smtp-load.ts';

const skip = process.getuid?.() === 0 ? false : 'a disk of our own to fill needs root';
/** Room for the database, its log, and a few hundred messages. */
const disk = '384m';

suite('a full disk', { skip, concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  let folder: string;
  let data: string;
  let outside: Outside;
  let carepost: RunningCarepost;
  let clinic: SmallClinic;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disk-full-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    data = join(folder, 'data');
    await mkdir(data);
    const mounted = await runProgram('mount', ['-t', 'tmpfs', '-o', `size=${disk},mode=755`, 'tmpfs', data]);
    assert.equal(mounted.code, 0, mounted.output);
    stack.defer(async () => void (await runProgram('umount', ['--lazy', data])));
    outside = stack.use(await startOutside());
    const environment = { ...outside.environment, CAREPOST_DATA: data };
    await createClinicOrganization(environment);
    carepost = stack.use(await startCarepost({ lab: false, dataFolder: folder, environment }));
    clinic = await openSmallClinic(carepost.url, outside);
  });
  after(() => stack.disposeAsync());

  /** Takes all room that is left; answers how to give it back. */
  async function fill(): Promise<() => Promise<void>> {
    const file = join(data, 'filler');
    const { code, output } = await runProgram('dd', ['if=/dev/zero', `of=${file}`, 'bs=64K']);
    assert.ok(code !== 0 && output.includes('No space left'), output);
    return () => rm(file, { force: true });
  }

  test('451 to those who hand over, and all that was taken arrives once', { timeout: 150_000 }, async (t) => {
    const load = startSmtpLoad({
      connectionsEach: 2,
      submission: carepost.ready.submission,
      mx: carepost.ready.mx,
      signIn: clinic.mailProgram,
      to: { submission: ['office@verified.test', 'ward@sts.test'], mx: [clinic.mailProgram.username] },
    });
    t.after(() => load.stop());
    load.allow(1_000);
    await load.untilAccepted(20);
    const giveBack = await fill();
    await eventually(
      'somebody is told to come again',
      async () => ([...load.refused.values()].reduce((sum, count) => sum + count, 0) >= 5 ? true : undefined),
      60_000,
    );
    assert.deepEqual([...load.refused.keys()], [451]);
    const log = await readFile(carepost.logFile, 'utf8');
    assert.match(log, /"causeCode":"(?:53100|ENOSPC)"/, 'the log says that the disk is full');
    await giveBack();
    await load.untilAccepted(20);
    await load.stop();

    const accepted = load.messages.filter(({ reply }) => reply !== undefined);
    const nurse = await clinic.nurse(carepost.url);
    /** How often each message has arrived, in their order. */
    async function copies(messages: readonly LoadMessage[]): Promise<number[]> {
      const inbox = await nurse.everySubject('inbox'); // once: a person's requests at a time are limited
      return Promise.all(
        messages.map(async ({ door, to, token }) =>
          door === 'mx' ? inbox.filter((subject) => subject === token).length : outside.copies(to, token),
        ),
      );
    }
    await eventually(
      'everything accepted has arrived',
      async () => ((await copies(accepted)).includes(0) ? undefined : true),
      90_000,
    );
    const counts = await copies(load.messages);
    assert.deepEqual(
      counts.filter((count) => count > 1),
      [],
    );
    t.diagnostic(`${accepted.length} accepted of ${load.messages.length}`);
  });
});
