// The clock of the machine jumps a day, forward and back, under load: nothing is lost, sent twice, or left lying for a day.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { readLabReceived } from '../support/lab-received.ts';
import { startSmtpLoad } from '../support/smtp-load.ts';
import { signInStaff } from '../support/staff-person.ts';

const day = 86_400;
const colleague = 'desk@lakeside.test';

suite('the clock jumps', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  before(async () => {
    carepost = await startCarepost();
  });
  after(() => carepost[Symbol.asyncDispose]());

  let ahead = 0;
  async function step(seconds: number): Promise<void> {
    ahead += seconds;
    const { status } = await fetch(`${carepost.url}/lab/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ set: new Date(Date.now() + ahead * 1_000) }),
    });
    assert.equal(status, 200);
  }

  for (const steps of [
    [day, -day],
    [-day, day],
  ]) {
    test(steps.map((seconds) => `${seconds} s`).join(', then '), { timeout: 60_000 }, async (t) => {
      const load = startSmtpLoad({
        connectionsEach: 3,
        submission: carepost.ready.submission,
        mx: carepost.ready.mx,
        signIn: carepost.lab.appPassword,
        to: { submission: ['office@verified.test', 'ward3@sts.test'], mx: [colleague] },
      });
      t.after(() => load.stop());
      load.allow(1_000);
      await load.untilAccepted(30);
      for (const seconds of steps) {
        await step(seconds);
        await load.untilAccepted(60);
      }
      await load.stop();
      const accepted = load.messages.filter(({ reply }) => reply !== undefined);
      const user = carepost.lab.users.find(({ role }) => role === 'front-desk');
      const copies = await eventually(
        'everything accepted has arrived, without waiting for another day',
        async () => {
          const desk = await signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
          const arrived = [
            ...(await readLabReceived(carepost.dataFolder)).map(({ subject }) => subject),
            ...(await desk.everySubject('inbox')),
          ];
          return accepted.every(({ token }) => arrived.includes(token)) ? arrived : undefined;
        },
        30_000,
      );
      for (const { token } of accepted)
        assert.equal(copies.filter((subject) => subject === token).length, 1, token);
      assert.deepEqual([...load.refused], [], 'nobody was turned away');
      t.diagnostic(`${accepted.length} accepted`);
    });
  }
});
