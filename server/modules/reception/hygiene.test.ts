// Every form of misuse that is known to work somewhere, over the wire, on each listener, with the answer that it must get.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { createReceptionModule, received, type ListenerKind } from './index.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const colleague = await clinic.addUser('colleague', 'clinician');
const { password } = await road.identity.createAppPassword(
  { organizationId: clinic.organizationId, userId: nurse.userId, name: 'a program' },
  { actor: { kind: 'user', userId: nurse.userId } },
);
const taken: string[] = [];
road.outbox.subscribe(received, 'test.received', async (_tx, { data }) => void taken.push(data.messageId));

const module = createReceptionModule({
  ...road,
  openScan: null,
  trusted: [],
  hostname: 'mx.clinic.test',
  log: silentLogger,
  metrics: createMetrics(),
});
const certificate = await (await testAuthority()).issue('mx.clinic.test');
const kinds = ['mx', 'submission', 'submissions'] as const satisfies ListenerKind[];
const listeners = new Map(
  await Promise.all(
    kinds.map(
      async (kind) => [kind, await module.listen(kind, { host: '127.0.0.1', port: 0, certificate })] as const,
    ),
  ),
);
after(() => Promise.all([...listeners.values()].map((listener) => listener.close(0))));

/** A client that may hand over a message: greeted, under TLS and signed in where that is needed. */
async function ready(kind: ListenerKind): Promise<RawSmtp> {
  const client = await RawSmtp.open(listeners.get(kind)?.port ?? 0, kind === 'submissions');
  await client.hello();
  if (kind === 'submission') {
    assert.match(await client.ask('STARTTLS'), /^220 2.0.0/);
    await client.startTls();
    await client.ask('EHLO client.test');
  }
  if (kind === 'mx') return client;
  const token = Buffer.from(`\0${nurse.email}\0${password}`).toString('base64');
  assert.match(await client.ask(`AUTH PLAIN ${token}`), /^235 2.7.0/);
  return client;
}

const from = `MAIL FROM:<${nurse.email}>`;
const to = `RCPT TO:<${colleague.email}>`;
const head = `From: <${nurse.email}>\r\nSubject: s\r\n`;

/** The last of the answers to `wire`; each must carry an enhanced code of its class (RFC 2034 §4), but 354. */
async function lastAnswer(client: RawSmtp, wire: string, answers: number): Promise<string> {
  client.send(Buffer.from(wire, 'latin1'));
  let last = '';
  for (let count = 0; count < answers; count += 1) {
    last = await client.reply();
    assert.match(last, /^(?:354 |2\d\d 2\.|4\d\d 4\.|5\d\d 5\.)/, `answer ${count + 1} of ${answers}`);
  }
  return last;
}

interface Case {
  readonly what: string;
  /** After the envelope where `answers` is not given: MAIL and RCPT and DATA are said before it. */
  readonly wire: string;
  readonly answers?: number;
  readonly expect: RegExp;
  readonly on?: readonly ListenerKind[];
  /** The connection ends with it. */
  readonly closes?: true;
}

const bare = /^550 5\.6\.11 /;
const bareInCommand = /^500 5\.5\.2 /;
const second = `MAIL FROM:<evil@x.test>\r\nRCPT TO:<${colleague.email}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n`;

const contents: Case[] = [
  ...[
    '\n.\n',
    '\r\n.\n',
    '\n.\r\n',
    '\r.\r',
    '\r\n.\r',
    '\r.\r\n',
    '\n\n.\r\n',
    '\r\r\n.\r\r\n',
    '\n.\r',
  ].map((form): Case => ({
    what: `smuggling by ${JSON.stringify(form)}`,
    wire: `${head}\r\nfirst${form}${second.slice(0, -5)}\r\n.\r\n`,
    expect: bare,
  })),
  { what: 'bare LF in the header', wire: `${head}X: a\nBcc: b\r\n\r\nx\r\n.\r\n`, expect: bare },
  { what: 'bare CR in the header', wire: `${head}X: a\rBcc: b\r\n\r\nx\r\n.\r\n`, expect: bare },
  { what: 'bare LF between header and body', wire: `${head}\n\r\nx\r\n.\r\n`, expect: bare },
  { what: 'NUL in the header', wire: `${head}X: a\0b\r\n\r\nx\r\n.\r\n`, expect: /^550 5\.6\.0 / },
  { what: 'NUL in the body', wire: `${head}\r\na\0b\r\n.\r\n`, expect: /^550 5\.6\.0 / },
  { what: 'NUL around the dot', wire: `${head}\r\na\r\n.\0\r\n.\r\n`, expect: /^550 5\.6\.0 / },
  { what: 'a line that is no field', wire: `${head}no field\r\n\r\nx\r\n.\r\n`, expect: /^550 5\.6\.0 / },
  {
    what: 'a loop',
    wire: `${'Received: x\r\n'.repeat(101)}${head}\r\nx\r\n.\r\n`,
    expect: /^554 5\.4\.6 /,
  },
  {
    what: 'two From fields',
    wire: `${head}From: <evil@x.test>\r\n\r\nx\r\n.\r\n`,
    expect: /^550 5\.6\.0 /,
    on: ['submission', 'submissions'],
  },
  {
    what: 'a From of somebody else',
    wire: `From: "${nurse.email}" <evil@x.test>\r\n\r\nx\r\n.\r\n`,
    expect: /^550 5\.7\.1 /,
    on: ['submission', 'submissions'],
  },
  {
    what: 'a line end within an encoded name',
    wire: `From: =?utf-8?Q?a=0D=0ABcc=3A_b?= <evil@x.test>\r\n\r\nx\r\n.\r\n`,
    expect: /^550 5\.7\.1 /,
    on: ['submission', 'submissions'],
  },
  {
    what: 'an unknown field of ours',
    wire: `${head}X-Carepost-Gateway: x\r\n\r\nx\r\n.\r\n`,
    expect: /^550 5\.6\.0 /,
    on: ['submission', 'submissions'],
  },
];

const commands: Case[] = [
  // line ends and characters
  { what: 'bare LF', wire: 'NOOP\n', answers: 1, expect: bareInCommand, closes: true },
  { what: 'bare CR', wire: 'NOOP\rNOOP\r\n', answers: 1, expect: bareInCommand, closes: true },
  { what: 'NUL', wire: 'NOOP\0\r\n', answers: 1, expect: /^500 5\.5\.2 / },
  { what: 'too long', wire: `NOOP ${'x'.repeat(13_000)}\r\n`, answers: 1, expect: /^500 5\.5\.2 / },
  { what: 'unknown', wire: 'WIZ\r\n', answers: 1, expect: /^500 5\.5\.1 / },
  { what: 'HTTP', wire: 'GET / HTTP/1.1\r\nHost: x\r\n', answers: 1, expect: /^500 5\.5\.1 /, closes: true },
  // envelope
  {
    what: 'a recipient with a command in it',
    wire: `${from}\r\nRCPT TO:<a@b.test>\x0bRCPT TO:<c@d.test>\r\n`,
    answers: 2,
    expect: /^500 5\.5\.2 /,
  },
  {
    what: 'a line end quoted in a recipient',
    wire: `${from}\r\nRCPT TO:<"a\\\r\nb"@b.test>\r\n`,
    answers: 3,
    expect: /^500 5\.5\.1 /,
  },
  {
    what: 'parameters within the brackets',
    wire: `MAIL FROM:<a@b.test SIZE=1>\r\n`,
    answers: 1,
    expect: /^553 5\.1\.7 /,
  },
  { what: 'no brackets', wire: 'MAIL FROM:a@b.test\r\n', answers: 1, expect: /^553 5\.1\.7 / },
  { what: 'unknown parameter', wire: `${from} XDEBUG=1\r\n`, answers: 1, expect: /^555 5\.5\.4 / },
  { what: 'a size beyond all', wire: `${from} SIZE=999999999999\r\n`, answers: 1, expect: /^552 5\.3\.4 / },
  {
    what: 'no SMTPUTF8',
    wire: `${from}\r\nRCPT TO:<zo\xc3\xab@b.test>\r\n`,
    answers: 2,
    expect: /^553 5\.6\.7 /,
  },
  { what: 'BINARYMIME', wire: `${from} BODY=BINARYMIME\r\n`, answers: 1, expect: /^501 5\.5\.4 / },
  // who is there
  {
    what: 'VRFY of a user',
    wire: `VRFY ${colleague.email}\r\n`,
    answers: 1,
    expect: /^252 2\.5\.2 Not verified/,
  },
  { what: 'VRFY of nobody', wire: 'VRFY nobody\r\n', answers: 1, expect: /^252 2\.5\.2 Not verified/ },
  { what: 'EXPN', wire: 'EXPN staff\r\n', answers: 1, expect: /^502 5\.5\.1 / },
  // relaying
  ...[
    'a@elsewhere.test',
    `a%elsewhere.test@${clinic.domain}`,
    `elsewhere.test!a@${clinic.domain}`,
    `"a@elsewhere.test"@${clinic.domain}`,
    `@${clinic.domain}:a@elsewhere.test`,
    `@elsewhere.test,@${clinic.domain}:nobody@${clinic.domain}`,
    'a@[192.0.2.1]',
    'a@[127.0.0.1]',
    'postmaster@elsewhere.test',
  ].map((path): Case => ({
    what: `relaying by <${path.replaceAll(clinic.domain, 'OURS')}>`,
    wire: `${from}\r\nRCPT TO:<${path}>\r\n`,
    answers: 2,
    expect: /^55[03] 5\.(?:7\.1|1\.[13]) /,
    on: ['mx'],
  })),
  {
    what: 'the empty sender',
    wire: 'MAIL FROM:<>\r\n',
    answers: 1,
    expect: /^550 5\.7\.1 /,
    on: ['submission', 'submissions'],
  },
  {
    what: 'the sender address of a colleague',
    wire: `MAIL FROM:<${colleague.email}>\r\n`,
    answers: 1,
    expect: /^550 5\.7\.1 /,
    on: ['submission', 'submissions'],
  },
  // DSN only where its promises are kept
  { what: 'NOTIFY', wire: `${from} RET=HDRS\r\n`, answers: 1, expect: /^555 5\.5\.4 /, on: ['mx'] },
  {
    what: 'NOTIFY with NEVER and more',
    wire: `${from}\r\n${to} NOTIFY=NEVER,SUCCESS\r\n`,
    answers: 2,
    expect: /^501 5\.5\.4 /,
    on: ['submission'],
  },
  {
    what: 'NOTIFY and all the others',
    wire: `${from} RET=HDRS ENVID=a+2B1\r\n${to} NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2Bb@x.test\r\n`,
    answers: 2,
    expect: /^250 2\.1\.5 /,
    on: ['submission'],
  },
  // BDAT
  {
    what: 'smuggling by BDAT',
    wire: `${from}\r\n${to}\r\nBDAT ${head.length + 10} LAST\r\n${head}\r\na\r\n.\nb\r\nQUIT\r\n`,
    answers: 3,
    expect: bare,
  },
  {
    what: 'a line end across BDAT chunks that is none',
    wire: `${from}\r\n${to}\r\nBDAT ${head.length + 4}\r\n${head}\r\na\rBDAT 3 LAST\r\nb\r\n`,
    answers: 4,
    expect: bare,
  },
  {
    what: 'NUL by BDAT',
    wire: `${from}\r\n${to}\r\nBDAT ${head.length + 5} LAST\r\n${head}\r\n\0\r\n`,
    answers: 3,
    expect: /^550 5\.6\.0 /,
  },
  {
    what: 'DATA between chunks',
    wire: `${from}\r\n${to}\r\nBDAT 1\r\nFDATA\r\n`,
    answers: 4,
    expect: /^503 5\.5\.1 /,
  },
  {
    what: 'a chunk beyond all',
    wire: `${from}\r\n${to}\r\nBDAT 9999999999\r\n`,
    answers: 3,
    expect: /^552 5\.3\.4 /,
    closes: true,
  },
];

for (const kind of kinds) {
  describe(`${kind}: misuse gets its answer and leaves nothing behind`, () => {
    for (const { what, wire, answers, expect, on, closes } of [...commands, ...contents]) {
      if (on !== undefined && !on.includes(kind)) continue;
      test(what, async () => {
        const client = await ready(kind);
        const before = taken.length;
        if (answers === undefined) {
          const envelope = `${from}\r\n${to}\r\nDATA\r\n`;
          assert.match(await lastAnswer(client, envelope, 3), /^354 /);
        }
        assert.match(await lastAnswer(client, wire, answers ?? 1), expect);
        if (closes === true) await client.closed();
        else assert.match(await client.ask('NOOP'), /^2(?:50|21) 2\.0\.0/, 'the session goes on');
        client.destroy();
        await road.settle();
        assert.equal(taken.length, before, 'nothing was taken');
      });
    }
  });
}

test('what is offered is there: each keyword of EHLO on each listener, in the clear and under TLS', async () => {
  const offered = async (client: RawSmtp) =>
    (await client.ask('EHLO client.test'))
      .split('\n')
      .slice(1)
      .map((line) => line.slice(4));
  const always = ['PIPELINING', 'SIZE 104857600', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'CHUNKING'];
  const mx = await ready('mx');
  assert.deepEqual(await offered(mx), [...always, 'STARTTLS']);
  const secured = await RawSmtp.open(listeners.get('mx')?.port ?? 0);
  await secured.hello();
  await secured.ask('STARTTLS');
  await secured.startTls();
  assert.deepEqual(await offered(secured), [...always, 'REQUIRETLS']);
  const clear = await RawSmtp.open(listeners.get('submission')?.port ?? 0);
  await clear.reply();
  assert.deepEqual(await offered(clear), [...always, 'STARTTLS', 'DSN']);
  assert.match(await clear.ask(from), /^530 5\.7\.0 /);
  assert.match(await clear.ask('AUTH PLAIN AGEAYg=='), /^538 5\.7\.11 /);
  for (const kind of ['submission', 'submissions'] as const)
    assert.deepEqual(await offered(await ready(kind)), [...always, 'AUTH PLAIN LOGIN', 'DSN', 'REQUIRETLS']);
});

for (const kind of kinds) {
  test(`${kind}: pipelined, in 8 bits, with a size, in chunks: one message, taken`, async () => {
    const client = await ready(kind);
    const content = `${head}\r\nzo\xc3\xab\r\n`;
    const wire = `${from} SIZE=${content.length} BODY=8BITMIME SMTPUTF8\r\n${to}\r\nBDAT 10\r\n${content.slice(0, 10)}BDAT ${content.length - 10} LAST\r\n${content.slice(10)}`;
    assert.match(await lastAnswer(client, wire, 4), /^250 2\.0\.0 Accepted as /);
  });
}

test('STARTTLS with more behind it: 554, and the connection ends', async () => {
  for (const kind of ['mx', 'submission'] as const) {
    const client = await RawSmtp.open(listeners.get(kind)?.port ?? 0);
    await client.hello();
    client.send('STARTTLS\r\nEHLO evil.test\r\n');
    assert.match(await client.reply(), /^554 5\.5\.1 /);
    await client.closed();
  }
});

test('a network that guesses is told nothing more, neither of users nor of others', async () => {
  for (let round = 0; round < 2; round += 1) {
    const client = await ready('mx');
    await client.ask(from);
    for (let guess = 0; guess < 100; guess += 1)
      assert.match(await client.ask(`RCPT TO:<n${guess}@${clinic.domain}>`), /^(?:550 5\.1\.1|450 4\.7\.1) /);
    client.destroy();
  }
  const client = await ready('mx');
  await client.ask(from);
  const nobody = await client.ask(`RCPT TO:<nobody@${clinic.domain}>`);
  assert.match(nobody, /^450 4\.7\.1 /);
  assert.equal(await client.ask(to), nobody);
});
