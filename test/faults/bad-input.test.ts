// Everything that is too much, broken or hostile, through every door of a running server.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { getPortalInbox, openPortalSession, requestCode } from '#contract/portal.ts';
import { atOnce } from '../support/at-once.ts';
import { openBrowserSession, type BrowserSession } from '../support/browser-session.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { eventually } from '../support/eventually.ts';
import { RawSmtp } from '../support/raw-smtp.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';
import { naughtyStrings, oddMessages, testAddresses, withoutTestdata } from '../support/testdata.ts';

const mebibyte = 1024 * 1024;
/** With the lab in the same process, which keeps what it was sent. */
const mostResidentMB = 1000;
const colleague = 'desk@lakeside.test';
const strings = withoutTestdata === false ? naughtyStrings() : [];
const addresses = withoutTestdata === false ? testAddresses() : [];

suite('bad input', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  let desk: StaffPerson;
  let firstPid = 0;
  before(async () => {
    carepost = await startCarepost();
    firstPid = carepost.pid;
    const user = carepost.lab.users.find(({ role }) => role === 'front-desk');
    desk = await signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
  });
  after(() => carepost[Symbol.asyncDispose]());

  /** Peak of the resident memory since the last look, MB. */
  const peaks: Record<string, number> = {};
  afterEach(async (t) => {
    const status = await readFile(`/proc/${carepost.pid}/status`, 'utf8');
    peaks[t.name.slice(0, 24)] = Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024);
    await writeFile(`/proc/${carepost.pid}/clear_refs`, '5').catch(() => undefined); // counts anew, where we may
  });

  const port = (listener: 'mx' | 'submission') => Number(carepost.ready[listener].split(':')[1]);

  async function openMx(): Promise<RawSmtp> {
    const connection = await RawSmtp.open(port('mx'));
    await connection.hello();
    return connection;
  }
  async function signedIn(): Promise<RawSmtp> {
    const connection = await RawSmtp.open(port('submission'));
    await connection.hello();
    await connection.ask('STARTTLS');
    await connection.startTls();
    await connection.ask('EHLO client.test');
    const { username, password } = carepost.lab.appPassword;
    await connection.ask(`AUTH PLAIN ${Buffer.from(`\0${username}\0${password}`).toString('base64')}`);
    return connection;
  }
  /** By the MX to a colleague; answers the last reply. */
  async function deliver(message: Buffer, connection?: RawSmtp): Promise<string> {
    const used = connection ?? (await openMx());
    for (const command of ['MAIL FROM:<a@verified.test>', `RCPT TO:<${colleague}>`, 'DATA']) {
      const reply = await used.ask(command);
      if (!/^[23]/.test(reply)) return reply;
    }
    const lines = message
      .toString('latin1')
      .replaceAll(/\r\n|\r|\n/g, '\n')
      .replaceAll(/^\./gm, '..')
      .replaceAll('\n', '\r\n');
    used.send(Buffer.from(`${lines}\r\n.\r\n`, 'latin1'));
    const reply = await used.reply();
    if (connection === undefined) used.end();
    return reply;
  }

  interface Answer {
    readonly status: number;
    readonly text: string;
  }
  const withKey = () => ({ authorization: `Bearer ${carepost.lab.apiKey.key}` });
  /** Anything but a fault of ours: done, or refused with a reason. */
  function assertClear({ status, text }: Answer, what: string): void {
    assert.ok(status < 500, `${what}: ${status} ${text.slice(0, 300)}`);
    if (status < 400) return;
    const problem = JSON.parse(text) as { code?: string; detail?: string };
    assert.ok((problem.detail ?? '').length > 5, `${what}: ${text}`);
  }
  async function rest(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    send: typeof fetch = fetch,
  ): Promise<Answer> {
    const answer = await send(`${carepost.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  }
  const send = (letter: object) =>
    rest('POST', '/api/v1/messages', { to: [colleague], category: 'administrative', ...letter }, withKey());

  /** Octets without end in sight, so that nobody can refuse them by Content-Length. Answers the status, or that the server hung up. */
  function stream(
    path: string,
    type: string,
    octets: number,
    headers: Record<string, string> = {},
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const call = request(
        `${carepost.url}${path}`,
        { method: 'POST', headers: { 'content-type': type, ...headers } },
        (answer) => {
          answer
            .resume()
            .once('end', () => resolve(answer.statusCode ?? 0))
            .once('error', () => resolve(answer.statusCode ?? 0));
        },
      );
      let left = octets;
      let done = false;
      const chunk = Buffer.alloc(256 * 1024, 'a');
      const more = (): void => {
        while (left > 0 && !done) {
          left -= chunk.length;
          if (!call.write(chunk)) return void call.once('drain', more);
        }
        if (!done) call.end();
      };
      call.once('response', () => (done = true));
      call.once('error', (error: NodeJS.ErrnoException) =>
        ['EPIPE', 'ECONNRESET'].includes(error.code ?? '') ? resolve(0) : reject(error),
      );
      more();
    });
  }

  async function database<T extends object>(query: string): Promise<T[]> {
    const client = new pg.Client({
      host: join(carepost.dataFolder, 'postgresql/socket'),
      user: 'carepost',
      database: 'carepost',
    });
    await client.connect();
    const { rows } = await client.query<T>(query);
    await client.end();
    return rows;
  }
  /** Messages stored, blobs that belong to one, and files in the blob store: of what was refused nothing is left. */
  async function stored(): Promise<{ messages: number; inBlobs: number; files: number }> {
    const [row] = await database<{ messages: number; blobs: number }>(
      'SELECT count(*)::integer AS messages, count(*) FILTER (WHERE in_blob)::integer AS blobs FROM messages.message',
    );
    const entries = await readdir(join(carepost.dataFolder, 'blobs'), {
      recursive: true,
      withFileTypes: true,
    });
    return {
      messages: row?.messages ?? 0,
      inBlobs: row?.blobs ?? 0,
      files: entries.filter((entry) => entry.isFile()).length,
    };
  }
  async function assertNothingStored(work: () => Promise<void>): Promise<void> {
    const beforehand = await stored();
    await work();
    await eventually('nothing of it is left', async () => {
      const now = await stored();
      return now.messages === beforehand.messages && now.files === beforehand.files ? true : undefined;
    });
  }

  test('50 MB by SMTP: refused when announced, and at the end when not', async () => {
    await assertNothingStored(async () => {
      const size = 50 * mebibyte;
      const announced = await signedIn();
      assert.match(
        await announced.ask(`MAIL FROM:<${carepost.lab.appPassword.username}> SIZE=${size}`),
        /^552 5\.3\.4 /,
      );
      announced.end();
      const mx = await openMx();
      await mx.ask(`MAIL FROM:<a@verified.test> SIZE=${size}`);
      assert.match(await mx.ask(`RCPT TO:<${colleague}>`), /^552 5\.3\.4 /);
      mx.end();
      const silent = Buffer.concat([
        Buffer.from('Subject: large\n\n'),
        Buffer.alloc(size, `${'y'.repeat(76)}\n`),
      ]);
      assert.match(await deliver(silent), /^552 5\.3\.4 /);
    });
  });

  test('50 MB by REST, JMAP and portal: refused, and nothing of it is left', async () => {
    const visit = await openPortal();
    await assertNothingStored(async () => {
      const size = 50 * mebibyte;
      let answered = 0;
      for (const [path, type, headers] of [
        ['/api/v1/messages', 'application/json', withKey()],
        ['/api/v1/contacts', 'application/json', withKey()],
        [`/jmap/upload/${desk.accountId}`, 'application/octet-stream', { cookie: desk.cookies() }],
        ['/jmap/api', 'application/json', { cookie: desk.cookies() }],
        [`/portal/api/v1/messages/${visit.offerId}/reply`, 'application/json', { cookie: visit.cookies() }],
        ['/api/v1/session', 'application/json', {}],
      ] as const) {
        // RFC 8620 §3.6.1: too large a request is a limit reached, 400.
        const expected = path === '/jmap/api' ? 400 : 413;
        assert.ok([expected, 0].includes(await stream(path, type, size, headers)), `${path} by a stream`);
        // The refusal comes at once and the connection ends: a client that goes on writing may miss it.
        const announced = await rest('POST', path, 'a'.repeat(size), {
          ...headers,
          'content-type': type,
        }).catch(hungUp);
        if (announced === undefined) continue;
        answered += 1;
        assert.equal(announced.status, expected, path);
        assertClear(announced, path);
      }
      assert.ok(answered > 0, 'nobody was told why');
      const attachment = {
        filename: 'a.bin',
        contentType: 'application/octet-stream',
        contentBase64: Buffer.alloc(28 * mebibyte).toString('base64'),
      };
      const tooLarge = await send({ subject: 'a large one', attachments: [attachment] });
      assert.equal(tooLarge.status, 413, tooLarge.text);
    });
  });

  test('10,000 recipients: by SMTP the first thousand, by REST and JMAP none', async () => {
    const connection = await signedIn();
    await connection.ask(`MAIL FROM:<${carepost.lab.appPassword.username}>`);
    const count = 10_000;
    connection.send(
      Array.from({ length: count }, (_, number) => `RCPT TO:<crowd${number}@verified.test>\r\n`).join(''),
    );
    const replies: string[] = [];
    for (let number = 0; number < count; number += 1) {
      const reply = await connection.reply();
      if (reply === '') break;
      replies.push(reply);
    }
    assert.equal(replies.filter((reply) => reply.startsWith('250 2.1.5')).length, 1000);
    assert.ok(
      replies.slice(1000).every((reply) => /^(452 4\.5\.3|421 4\.)/.test(reply)),
      [...new Set(replies)].join('\n'),
    );
    connection.destroy();

    await assertNothingStored(async () => {
      const to = Array.from({ length: count }, (_, number) => `crowd${number}@verified.test`);
      for (const path of ['/api/v1/messages', '/api/v1/messages/preview']) {
        const answer = await rest(
          'POST',
          path,
          { to, category: 'administrative', subject: 'all' },
          withKey(),
        );
        assert.equal(answer.status, 400, answer.text.slice(0, 300));
        assertClear(answer, path);
      }
      const emailId = '#d';
      const rcptTo = to.map((email) => ({ email }));
      const [, [, submitted] = []] = await desk.jmap(
        [
          'Email/set',
          {
            accountId: desk.accountId,
            create: { d: { subject: 'all', mailboxIds: {}, keywords: { $draft: true } } },
          },
          'd',
        ],
        [
          'EmailSubmission/set',
          {
            accountId: desk.accountId,
            create: {
              s: {
                emailId,
                identityId: desk.accountId,
                envelope: { mailFrom: { email: desk.email }, rcptTo },
              },
            },
          },
          's',
        ],
      );
      assert.notEqual(submitted?.['notCreated'], null);
    });
  });

  test('bombs: nested, many parts, endless headers, packed files', async () => {
    const nested = (depth: number) => {
      const open = Array.from(
        { length: depth },
        (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
      );
      return Buffer.from(
        `Subject: bomb nested ${depth}\r\nMIME-Version: 1.0\r\n${open.join('')}Content-Type: text/plain\r\n\r\ndeep\r\n`,
      );
    };
    const parts = (count: number) =>
      Buffer.from(
        `Subject: bomb parts ${count}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: text/plain\r\n\r\nx\r\n'.repeat(count)}--b--\r\n`,
      );
    const attached = (depth: number) =>
      Buffer.from(
        `Subject: bomb attached ${depth}\r\nContent-Type: message/rfc822\r\n\r\n${'Content-Type: message/rfc822\r\n\r\n'.repeat(depth)}Subject: innermost\r\n\r\nx\r\n`,
      );
    const packed = Buffer.from(gzipSync(Buffer.alloc(200 * mebibyte))).toString('base64');
    const zip = Buffer.from(
      `Subject: bomb packed\r\nContent-Type: application/zip; name=a.zip\r\nContent-Encoding: gzip\r\nContent-Disposition: attachment; filename=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${packed}\r\n`,
    );
    const html = Buffer.from(
      `Subject: bomb html\r\nContent-Type: text/html\r\n\r\n${'<div><table><tr><td>'.repeat(100_000)}`,
    );
    const words = Buffer.from(`Subject: bomb words${'\r\n =?utf-8?b?4oCL?='.repeat(20_000)}\r\n\r\nx\r\n`);
    const list = Buffer.from(
      `Subject: bomb list\r\nTo: ${'(('.repeat(50_000)}${'a@b.test, '.repeat(20_000)}\r\n\r\nx\r\n`,
    );
    const references = Buffer.from(
      `Subject: bomb references\r\nReferences: ${'<a@b.test>\r\n '.repeat(50_000)}\r\n\r\nx\r\n`,
    );
    const fields = Buffer.from(`Subject: bomb fields\r\n${'X-A: b\r\n'.repeat(200_000)}\r\nx\r\n`);
    const line = Buffer.from(`Subject: bomb line\r\nX-A: ${'a'.repeat(5 * mebibyte)}\r\n\r\nx\r\n`);
    const longLine = Buffer.from(`Subject: bomb long line\r\n\r\n${'a'.repeat(20 * mebibyte)}\r\n`);
    const parameters = Buffer.from(
      `Subject: bomb parameters\r\nContent-Type: text/plain${`; a*0="x"`.repeat(50_000)}\r\n\r\nx\r\n`,
    );
    const bombs = [
      nested(100),
      nested(10_000),
      parts(1_000),
      parts(100_000),
      attached(5_000),
      zip,
      html,
      words,
      list,
      references,
      fields,
      line,
      longLine,
      parameters,
    ];
    const replies = await atOnce(3, bombs, (bomb) => deliver(bomb));
    for (const [index, reply] of replies.entries())
      assert.match(reply, /^(250 2\.0\.0|55[0-4] 5\.\d\.\d) /, `bomb ${index}: ${reply}`);
    await readEverything(replies.filter((reply) => reply.startsWith('250')).length);
  });

  test('messages that mail programs stumble over', { skip: withoutTestdata }, async () => {
    const odd = oddMessages();
    assert.ok(odd.length > 50);
    const replies = await atOnce(4, odd, (message) => deliver(message));
    for (const [index, reply] of replies.entries())
      assert.match(reply, /^(250 2\.0\.0|55[0-4] 5\.\d\.\d) /, `message ${index}: ${reply}`);
    await readEverything(replies.filter((reply) => reply.startsWith('250')).length);
  });

  /** As a person would who opens one after the other: nothing in it makes reading fail. */
  async function readEverything(count: number): Promise<void> {
    const emails = await eventually('all are in the inbox', async () => {
      const found = await desk.folder('inbox', count);
      return found.length >= count ? found : undefined;
    });
    for (const { id, subject } of emails) {
      const [[name, answer] = []] = await desk.jmap([
        'Email/get',
        {
          accountId: desk.accountId,
          ids: [id],
          fetchAllBodyValues: true,
          properties: [
            'subject',
            'from',
            'to',
            'preview',
            'headers',
            'bodyStructure',
            'bodyValues',
            'attachments',
            'carepost:safeHtml',
          ],
        },
        'g',
      ]);
      assert.equal(name, 'Email/get', `${subject}: ${JSON.stringify(answer).slice(0, 300)}`);
    }
  }

  test(
    'strings in every field of a message by REST: taken and kept, or refused with the reason',
    { skip: withoutTestdata },
    async () => {
      const outcomes = await atOnce(6, strings, async (text, index) => {
        const attachment = { filename: text, contentBase64: Buffer.from(text).toString('base64') };
        const answers = [
          await send({ subject: text, text: `${text}\n`, html: `<p>${text}</p>` }),
          await send({ subject: `string ${index}`, text: 'x', attachments: [attachment] }),
          await send({
            subject: `string ${index}`,
            text: 'x',
            inReplyTo: text,
            attachments: [{ ...attachment, filename: 'a', contentType: text }],
          }),
          await send({ to: [text], subject: 'x' }),
          await send({ from: text, subject: 'x' }),
          await send({ category: text }),
          await send({ options: text }),
        ];
        for (const [number, answer] of answers.entries())
          assertClear(answer, `${JSON.stringify(text.slice(0, 60))} in field ${number}`);
        return answers[0]?.status === 201;
      });
      assert.ok(
        outcomes.filter(Boolean).length > strings.length * 0.8,
        `only ${outcomes.filter(Boolean).length} of ${strings.length} were taken`,
      );
    },
  );

  test('strings and addresses in all other fields of REST', { skip: withoutTestdata }, async () => {
    const cookie = { cookie: desk.cookies() };
    await atOnce(6, [...addresses, ...strings], async (text) => {
      const answers = {
        preview: await rest(
          'POST',
          '/api/v1/messages/preview',
          { to: [text], category: 'administrative' },
          withKey(),
        ),
        find: await rest('POST', '/api/v1/contacts/find', { address: text }, cookie),
        contact: await rest(
          'POST',
          '/api/v1/contacts',
          { name: text, address: text, phone: text, mrn: text, kind: 'patient' },
          cookie,
        ),
        name: await rest('POST', '/api/v1/contacts', { name: text, address: 'a@verified.test' }, cookie),
        cursor: await rest(
          'GET',
          `/api/v1/messages?cursor=${encodeURIComponent(safe(text))}&limit=${encodeURIComponent(safe(text))}`,
          undefined,
          cookie,
        ),
        path: await rest(
          'GET',
          `/api/v1/messages/${encodeURIComponent(safe(text))}/timeline`,
          undefined,
          cookie,
        ),
        key: await rest(
          'POST',
          '/api/v1/messages/preview',
          { to: [colleague], category: 'administrative' },
          { ...withKey(), 'idempotency-key': header(text) },
        ),
        bearer: await rest('GET', '/api/v1/session', undefined, { authorization: `Bearer ${header(text)}` }),
        cookie: await rest('GET', '/api/v1/session', undefined, {
          cookie: `carepost_session=${header(text)}`,
        }),
        apiKey: await rest(
          'POST',
          '/api/v1/api-keys',
          { name: text, scopes: [text], expiresInDays: text },
          cookie,
        ),
        raw: await rest('POST', '/api/v1/contacts/find', text === '' ? ' ' : text, cookie),
      };
      for (const [field, answer] of Object.entries(answers))
        assertClear(answer, `${JSON.stringify(text.slice(0, 60))} as ${field}`);
    });
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    assertClear(await rest('POST', '/api/v1/contacts/find', deep, cookie), 'deep JSON');
    assertClear(
      await rest(
        'POST',
        '/api/v1/messages',
        `{"__proto__":{"to":["${colleague}"]},"constructor":1}`,
        withKey(),
      ),
      'prototype',
    );
    assertClear(
      await rest('POST', '/api/v1/session', { email: 'x'.repeat(200_000), password: 'x'.repeat(200_000) }),
      'long credentials',
    );
  });

  test('strings and addresses in SMTP commands', { skip: withoutTestdata }, async () => {
    const line = (text: string) => text.replaceAll(/[\r\n\0]/g, ' ');
    let mx = await openMx();
    let submission = await signedIn();
    const own = carepost.lab.appPassword.username;
    for (const text of [...addresses, ...strings].map(line)) {
      for (const command of [
        `EHLO ${text}`,
        `MAIL FROM:<${text}>`,
        'RSET',
        'MAIL FROM:<a@verified.test>',
        `RCPT TO:<${text}>`,
        'RSET',
        text === '' ? 'NOOP' : text,
      ]) {
        const reply = await mx.ask(command);
        if (reply === '' || reply.startsWith('421')) {
          mx.destroy(); // enough errors: by design
          mx = await openMx();
          continue;
        }
        assert.match(reply, /^(2|5|4)\d\d[ -]/, JSON.stringify(command.slice(0, 60)));
        if (reply.startsWith('354')) assert.fail('DATA without a recipient');
      }
      for (const command of [`MAIL FROM:<${own}>`, `RCPT TO:<${text}>`, 'RSET']) {
        const reply = await submission.ask(command);
        if (reply !== '' && !reply.startsWith('421')) continue;
        submission.destroy();
        submission = await signedIn();
      }
    }
    mx.destroy();
    submission.destroy();
    for (const text of [
      '\0\0\0',
      '\r\r\r',
      '\n\n',
      'EHLO a\nEHLO b\r\n',
      `EHLO ${'x'.repeat(100_000)}\r\n`,
      '\xff\xfe\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    ]) {
      const raw = await RawSmtp.open(port('mx'));
      await raw.reply();
      raw.send(Buffer.from(text, 'latin1'));
      raw.send('\r\nQUIT\r\n');
      const reply = await raw.reply();
      assert.match(reply, /^(5|421|221|2)/, JSON.stringify(text.slice(0, 20)));
      raw.destroy();
    }
  });

  test('strings in fields of JMAP', { skip: withoutTestdata }, async () => {
    const { accountId } = desk;
    await atOnce(4, strings, async (text, index) => {
      const answers = await desk.jmap(
        ['Email/query', { accountId, filter: { text: text === '' ? 'x' : text.slice(0, 900) } }, 'a'],
        ['Email/query', { accountId, filter: { inMailbox: text, hasKeyword: text } }, 'b'],
        ['Email/get', { accountId, ids: [text], properties: [text] }, 'c'],
        ['Mailbox/set', { accountId, create: { [text === '' ? 'x' : text]: { name: text } } }, 'd'],
        [
          'Email/set',
          {
            accountId,
            create: {
              e: {
                mailboxIds: { [text]: true },
                keywords: { [text]: true, $draft: true },
                subject: text,
                from: [{ name: text, email: text }],
                bodyValues: { t: { value: text } },
                textBody: [{ partId: 't', type: text }],
              },
            },
          },
          'e',
        ],
        [text, { accountId }, 'f'],
        ['Email/changes', { accountId, sinceState: text }, 'g'],
      );
      for (const [name, args, id] of answers) {
        assert.ok(
          name !== 'error' || args['type'] !== 'serverFail',
          `${JSON.stringify(text.slice(0, 60))} (${index}) in ${id}: ${JSON.stringify(args)}`,
        );
        assert.ok(
          !JSON.stringify(args).includes('serverFail'),
          `${JSON.stringify(text.slice(0, 60))} (${index}) in ${id}: ${JSON.stringify(args).slice(0, 300)}`,
        );
      }
      for (const path of [
        `/jmap/download/${accountId}/${encodeURIComponent(safe(text))}/a`,
        `/jmap/upload/${encodeURIComponent(safe(text))}`,
        `/jmap/eventsource?types=${encodeURIComponent(safe(text))}&ping=x`,
      ]) {
        const method = path.includes('upload') ? 'POST' : 'GET';
        assertClear(
          await rest(method, path, method === 'POST' ? '{}' : undefined, { cookie: desk.cookies() }),
          `${JSON.stringify(text.slice(0, 60))} at ${path.slice(0, 40)}`,
        );
      }
    });
    for (const body of [
      '',
      '{',
      '[]',
      'null',
      '{"using":1}',
      '{"using":[],"methodCalls":[[]]}',
      `{"using":["urn:ietf:params:jmap:core"],"methodCalls":[${'["Core/echo",{},"a"],'.repeat(5000)}["Core/echo",{},"a"]]}`,
      `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    ]) {
      assertClear(
        await rest('POST', '/jmap/api', body, { cookie: desk.cookies() }),
        `JMAP ${body.slice(0, 40)}`,
      );
    }
  });

  test('strings in fields of the portal', { skip: withoutTestdata }, async () => {
    const visit = await openPortal();
    await atOnce(4, strings, async (text) => {
      const attachment = {
        filename: text === '' ? 'x' : text,
        contentType: text,
        contentBase64: Buffer.from(text).toString('base64'),
      };
      const answers = {
        reply: await rest(
          'POST',
          `/portal/api/v1/messages/${visit.offerId}/reply`,
          { text, attachments: [attachment] },
          {},
          visit.fetch,
        ),
        link: await rest(
          'GET',
          `/portal/api/v1/offers/${encodeURIComponent(safe(text))}`,
          undefined,
          {},
          visit.fetch,
        ),
        code: await rest(
          'POST',
          `/portal/api/v1/offers/${'x'.repeat(40)}/session`,
          { code: text },
          {},
          visit.fetch,
        ),
        access: await rest(
          'POST',
          '/portal/api/v1/access',
          { organizationSlug: text, address: text },
          {},
          visit.fetch,
        ),
        message: await rest(
          'GET',
          `/portal/api/v1/messages/${encodeURIComponent(safe(text))}`,
          undefined,
          {},
          visit.fetch,
        ),
        part: await rest(
          'GET',
          `/portal/api/v1/messages/${visit.offerId}/attachments/${encodeURIComponent(safe(text))}`,
          undefined,
          {},
          visit.fetch,
        ),
      };
      for (const [field, answer] of Object.entries(answers))
        assertClear(answer, `${JSON.stringify(text.slice(0, 60))} as ${field}`);
    });
  });

  test('it is still the same process, it remembers no more than it must, and its log names no fault of ours', async (t) => {
    assert.equal(carepost.pid, firstPid);
    assert.equal((await fetch(`${carepost.url}/health/ready`)).status, 200);
    const faults = (await readFile(carepost.logFile, 'utf8'))
      .split('\n')
      .filter((line) => /"level":"error"|"event":"http.failed"/.test(line));
    t.diagnostic(JSON.stringify({ peakResidentMB: peaks, errorLines: faults.length }));
    assert.deepEqual(faults.slice(0, 5), []);
    for (const [name, megabytes] of Object.entries(peaks))
      assert.ok(megabytes < mostResidentMB, `${megabytes} MB after "${name}…"`);
  });

  /** A patient who is signed in to the portal and has one message there. */
  async function openPortal(): Promise<BrowserSession & { readonly offerId: string }> {
    const patient = `bad-input-${Math.floor(performance.now())}@selfsigned.test`;
    assert.equal((await send({ to: [patient], subject: 'for the portal', text: 'x' })).status, 201);
    const browser = openBrowserSession(carepost.url);
    const inbox = async () =>
      (
        (await (await fetch(`${carepost.url}/lab/inboxes/${patient}`)).json()) as {
          messages: { links: string[]; codes: string[] }[];
        }
      ).messages;
    const token = await eventually('the notice has come', async () =>
      (await inbox())
        .flatMap(({ links }) => links.map((link) => /\/p\/([^/?#]+)/.exec(link)?.[1]))
        .find((found) => found !== undefined),
    );
    await browser.call(requestCode, { params: { token } });
    const code = await eventually(
      'the code has come',
      async () => (await inbox()).flatMap(({ codes }) => codes)[0],
    );
    await browser.call(openPortalSession, { params: { token }, body: { code } });
    const { items } = await browser.call(getPortalInbox);
    return { ...browser, offerId: items[0]?.offerId ?? '' };
  }
});

/** encodeURIComponent refuses a lone surrogate. */
const safe = (text: string) => text.toWellFormed().slice(0, 400);
/** What fetch lets through as a header. */
const header = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '?').trim();

function hungUp(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error;
}
