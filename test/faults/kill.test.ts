// kill -9 under load, again and again: what was answered with 250 is there afterwards, once.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getTimeline, listSentMessages } from '#contract/sending.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { advanceLabClock } from '../support/lab-clock.ts';
import { readLabReceived } from '../support/lab-received.ts';
import { startSmtpLoad, type LoadMessage } from '../support/smtp-load.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

/** In CI. More: `CAREPOST_TEST_ROUNDS=100 node --test test/faults/kill.test.ts`. */
const rounds = Number(process.env['CAREPOST_TEST_ROUNDS'] ?? 20);
const settleMs = 120_000 + rounds * 6_000;
/** Messages that go out in one round at most. */
const each = 160;
const colleague = 'desk@lakeside.test';
const terminal = new Set(['delivered', 'notified', 'offered']);

interface Submitted {
  readonly messageId: string;
  readonly states: ReadonlySet<string>;
  /** How many messages under Sent have its token: a load hands over each once. */
  readonly stored: number;
}

/** What is killed in a round: each third one takes the database too. */
function victimOf(round: number): 'server' | 'postmaster' | 'both' {
  if (round % 3 !== 2) return 'server';
  return round % 2 === 0 ? 'both' : 'postmaster';
}

suite('kill -9 under SMTP load', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  let nurse: StaffPerson;
  const signIn = async (role: string) => {
    const user = carepost.lab.users.find((one) => one.role === role);
    return signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
  };
  before(async () => {
    carepost = await startCarepost();
  });
  after(() => carepost[Symbol.asyncDispose]());

  const postmaster = async () =>
    Number(
      (await readFile(join(carepost.dataFolder, 'postgresql/cluster/postmaster.pid'), 'utf8')).split('\n')[0],
    );

  test(`${rounds} rounds`, { timeout: 60_000 + rounds * 15_000 + settleMs }, async (t) => {
    const load = startSmtpLoad({
      connectionsEach: 4,
      submission: carepost.ready.submission,
      mx: carepost.ready.mx,
      signIn: carepost.lab.appPassword,
      to: {
        submission: [
          'office@verified.test',
          'ward3@sts.test',
          colleague,
          'office@verified.test',
          'jane@selfsigned.test',
        ],
        mx: [colleague],
      },
    });
    const restarts: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      load.allow(each);
      await load.untilAccepted(30 + randomInt(60));
      await delay(randomInt(120)); // anywhere in the work that follows
      const victim = victimOf(round);
      if (victim !== 'server') process.kill(await postmaster(), 'SIGKILL');
      if (victim !== 'postmaster') {
        load.allow(0);
        await carepost.end('SIGKILL');
        restarts.push(await carepost.start());
      }
    }
    load.allow(40);
    await load.untilAccepted(20);
    await load.stop();

    const ids = await settled(load.messages, (waiting) => t.diagnostic(waiting));
    const copies = Map.groupBy(await allCopies(), (token) => token);

    const account = {
      rounds,
      handedOver: load.messages.length,
      accepted: 0,
      delivered: 0,
      offered: 0,
      uncertain: 0,
      lost: 0,
      storedTwice: 0,
      duplicatedUnreported: 0,
    };
    for (const message of load.messages) {
      const found = copies.get(message.token)?.length ?? 0;
      const states = ids.get(message.token)?.states;
      const offered = states?.has('notified') === true || states?.has('offered') === true;
      if ((ids.get(message.token)?.stored ?? 0) > 1) account.storedTwice += 1;
      if (message.reply !== undefined) {
        account.accepted += 1;
        if (found > 0) account.delivered += 1;
        else if (offered) account.offered += 1;
        else account.lost += 1;
      }
      if (found <= 1) continue;
      if (await wasUncertain(ids.get(message.token)?.messageId)) account.uncertain += 1;
      else account.duplicatedUnreported += 1;
    }
    t.diagnostic(
      JSON.stringify({
        ...account,
        refused: Object.fromEntries(load.refused),
        slowestRestartMs: Math.round(Math.max(...restarts)),
      }),
    );
    assert.equal(account.lost, 0);
    assert.equal(account.storedTwice, 0);
    assert.equal(account.duplicatedUnreported, 0);
    assert.equal(account.accepted, account.delivered + account.offered);
    assert.ok(account.accepted >= rounds * 30 + 20);
  });

  /** Once nothing is under way any more: the state of each message that was submitted, by its token. */
  async function settled(
    messages: readonly LoadMessage[],
    tell: (waiting: string) => void,
  ): Promise<Map<string, Submitted>> {
    const deadline = performance.now() + settleMs;
    return eventually(
      'everything accepted has come to its end',
      async () => {
        // Retries are minutes away: the lab's clock goes there.
        await advanceLabClock(carepost.url, 120);
        nurse = await signIn('clinician'); // by that clock the last session is long over
        const byToken = new Map<string, Submitted>();
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = await nurse.call(listSentMessages, {
            query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
          });
          for (const { subject, messageId, states } of page.items)
            byToken.set(subject, {
              messageId,
              states: new Set(Object.keys(states)),
              stored: (byToken.get(subject)?.stored ?? 0) + 1,
            });
          cursor = page.nextCursor;
        }
        const unfinished = messages.filter(({ token, door, reply }) => {
          const states = byToken.get(token)?.states ?? new Set<string>();
          return (
            door === 'submission' &&
            (reply !== undefined || byToken.has(token)) &&
            !(states.size > 0 && [...states].every((state) => terminal.has(state)))
          );
        });
        if (unfinished.length === 0) return byToken;
        if (performance.now() > deadline)
          for (const { token, to } of unfinished)
            tell(`${to}: ${[...(byToken.get(token)?.states ?? ['not under Sent'])].join()}`);
        return undefined;
      },
      settleMs,
    );
  }

  /** The tokens of all copies that arrived anywhere: at the lab's servers and in our mailbox. */
  async function allCopies(): Promise<string[]> {
    const outside = (await readLabReceived(carepost.dataFolder)).map(({ subject }) => subject);
    const desk = await signIn('front-desk');
    const inside = (await desk.everySubject('inbox')).filter((subject) => subject !== null);
    return [...outside, ...inside];
  }

  /** The product itself says that it does not know. */
  async function wasUncertain(messageId: string | undefined): Promise<boolean> {
    if (messageId === undefined) return false;
    const { recipients } = await nurse.call(getTimeline, { params: { messageId } });
    return recipients.some(({ events }) => events.some(({ what }) => what === 'uncertain'));
  }
});
