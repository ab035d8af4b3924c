// The database goes away for ten seconds: nothing is lost, everybody is told to come again, and we recover alone.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { advanceLabClock } from '../support/lab-clock.ts';
import { readLabReceived } from '../support/lab-received.ts';
import { RawSmtp } from '../support/raw-smtp.ts';

const awayMs = 10_000;
const recipient = 'office@verified.test';

// Each reply that a mail program may hear: done, or come again.
const honest = /^(250 2\.0\.0|451 4\.3\.0) /;

suite('the database goes away for ten seconds', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  before(async () => {
    carepost = await startCarepost();
  });
  after(() => carepost[Symbol.asyncDispose]());

  /** A mail program that stays connected and signed in. */
  async function signedIn(): Promise<RawSmtp> {
    const connection = await RawSmtp.open(Number(carepost.ready.submission.split(':')[1]));
    await connection.hello();
    assert.match(await connection.ask('STARTTLS'), /^220/);
    await connection.startTls();
    await connection.ask('EHLO client.test');
    const { username, password } = carepost.lab.appPassword;
    const reply = await connection.ask(
      `AUTH PLAIN ${Buffer.from(`\0${username}\0${password}`).toString('base64')}`,
    );
    assert.match(reply, /^235/);
    return connection;
  }

  /** Hands over one message; answers the last reply. */
  async function submit(connection: RawSmtp, token: string): Promise<string> {
    const from = carepost.lab.appPassword.username;
    for (const command of [`MAIL FROM:<${from}>`, `RCPT TO:<${recipient}>`, 'DATA']) {
      const reply = await connection.ask(command);
      if (/^[23]/.test(reply)) continue;
      await connection.ask('RSET');
      return reply;
    }
    connection.send(`From: ${from}\r\nTo: ${recipient}\r\nSubject: ${token}\r\n\r\nbody\r\n.\r\n`);
    return connection.reply();
  }

  interface Client {
    readonly replies: string[];
    readonly accepted: string[];
  }

  /** Submits one message after the other, each until it is accepted, until told to stop. */
  async function keepSubmitting(until: AbortSignal): Promise<Client> {
    const client: Client = { replies: [], accepted: [] };
    const connection = await signedIn();
    while (!until.aborted) {
      const token = `away-${randomBytes(8).toString('hex')}`;
      for (let done = false; !done;) {
        const reply = await submit(connection, token);
        client.replies.push(reply);
        if (reply === '') return client; // hung up
        done = reply.startsWith('250');
        if (done) client.accepted.push(token);
        else await delay(250);
      }
      await delay(50);
    }
    connection.end();
    return client;
  }

  async function send(): Promise<Response> {
    return fetch(`${carepost.url}/api/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${carepost.lab.apiKey.key}` },
      body: JSON.stringify({ to: [recipient], subject: 'from a script', text: 'body', category: 'clinical' }),
    });
  }

  async function arrived(tokens: readonly string[]): Promise<void> {
    await eventually(
      'every accepted message arrived',
      async () => {
        await advanceLabClock(carepost.url, 120); // what was put off is tried again minutes later
        const subjects = new Set((await readLabReceived(carepost.dataFolder)).map(({ subject }) => subject));
        return tokens.every((token) => subjects.has(token)) ? true : undefined;
      },
      60_000,
    );
    const counts = Map.groupBy(
      (await readLabReceived(carepost.dataFolder)).filter(({ subject }) => tokens.includes(subject)),
      ({ subject }) => subject,
    );
    assert.deepEqual(
      [...counts].filter(([, copies]) => copies.length !== 1).map(([token]) => token),
      [],
    );
  }

  const postmaster = async () =>
    Number(
      (await readFile(join(carepost.dataFolder, 'postgresql/cluster/postmaster.pid'), 'utf8')).split('\n')[0],
    );

  test(
    'killed, and kept from starting: 451 and 503, then everything as before',
    { timeout: 120_000 },
    async (t) => {
      const stop = new AbortController();
      t.after(() => stop.abort());
      const clients = [keepSubmitting(stop.signal), keepSubmitting(stop.signal)];
      await delay(1_000);
      const settings = join(carepost.dataFolder, 'postgresql/postgresql.conf');
      await rename(settings, `${settings}.away`);
      process.kill(await postmaster(), 'SIGKILL');
      const gone = performance.now();

      const problem = await eventually('the API says that the database is away', async () => {
        const answer = await send();
        return answer.status === 503 ? answer : undefined;
      });
      assert.match(problem.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.equal(((await problem.json()) as { code: string }).code, 'database-unavailable');
      assert.equal((await fetch(`${carepost.url}/health/live`)).status, 200);
      assert.equal((await fetch(`${carepost.url}/health/ready`)).status, 503);
      const newcomer = await RawSmtp.open(Number(carepost.ready.mx.split(':')[1]));
      await newcomer.hello();
      const begun = await newcomer.ask('MAIL FROM:<a@verified.test>');
      const answer = begun.startsWith('250') ? await newcomer.ask('RCPT TO:<desk@lakeside.test>') : begun;
      assert.match(answer, /^(451 4\.3\.0|250) /);
      newcomer.end();

      await delay(awayMs - (performance.now() - gone));
      await rename(`${settings}.away`, settings);
      await eventually(
        'the server is ready by itself',
        async () => ((await fetch(`${carepost.url}/health/ready`)).ok ? true : undefined),
        45_000,
      );
      const recoveredMs = performance.now() - gone - awayMs;
      assert.equal((await send()).status, 201);
      await delay(1_000);
      stop.abort();
      const results = await Promise.all(clients);
      const replies = results.flatMap((client) => client.replies);
      t.diagnostic(
        JSON.stringify({
          accepted: results.flatMap((client) => client.accepted).length,
          asked: replies.length,
          recoveredMs: Math.round(recoveredMs),
        }),
      );
      assert.deepEqual(
        replies.filter((reply) => !honest.test(reply)),
        [],
      );
      for (const client of results)
        assert.ok(
          client.replies.some((reply) => reply.startsWith('451')),
          'each was told to come again',
        );
      await arrived(results.flatMap((client) => client.accepted));
    },
  );

  test(
    'frozen: nobody hears a lie, and after the thaw everything as before',
    { timeout: 120_000 },
    async (t) => {
      const stop = new AbortController();
      t.after(() => stop.abort());
      const clients = [keepSubmitting(stop.signal), keepSubmitting(stop.signal)];
      await delay(1_000);
      const frozen = await familyOf(await postmaster());
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
      const answers = [send(), send()];
      await delay(awayMs);
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
      for (const answer of await Promise.all(answers))
        assert.ok([201, 503].includes(answer.status), `answered ${answer.status}`);
      await eventually(
        'the server is ready by itself',
        async () => ((await fetch(`${carepost.url}/health/ready`)).ok ? true : undefined),
        45_000,
      );
      await delay(1_000);
      stop.abort();
      const results = await Promise.all(clients);
      const replies = results.flatMap((client) => client.replies);
      t.diagnostic(
        JSON.stringify({
          accepted: results.flatMap((client) => client.accepted).length,
          asked: replies.length,
        }),
      );
      assert.deepEqual(
        replies.filter((reply) => !honest.test(reply)),
        [],
      );
      await arrived(results.flatMap((client) => client.accepted));
    },
  );
});

/** A process and its children. */
async function familyOf(parent: number): Promise<number[]> {
  const family = [parent];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent) family.push(Number(entry));
  }
  return family;
}
