import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { addressGroup } from './server.ts';
import {
  createSmtpServer,
  smtpReply,
  type ContentSink,
  type SmtpServerOptions,
  type SmtpSessionHandler,
} from './index.ts';

interface Taken {
  from: string;
  recipients: string[];
  content: string;
}

/** A server that takes everything except for users named `unknown`, and what `overrides` decide. */
async function testServer(
  options: Partial<SmtpServerOptions> = {},
  overrides: Partial<SmtpSessionHandler> = {},
) {
  const taken: Taken[] = [];
  const aborted: string[] = [];
  const errors: unknown[] = [];
  const server = createSmtpServer(
    { hostname: 'mx.test', tls: null, ...options },
    {
      connect: () => ({
        mail: () => smtpReply(250, '2.1.0', 'Sender OK'),
        recipient: ({ mailbox }) =>
          mailbox.localPart === 'unknown'
            ? smtpReply(550, '5.1.1', 'No such user')
            : smtpReply(250, '2.1.5', 'OK'),
        content({ from, recipients }): ContentSink {
          const chunks: Buffer[] = [];
          return {
            write: (chunk) => void chunks.push(chunk),
            async finish() {
              taken.push({
                from: from?.address ?? '',
                recipients: recipients.map(({ mailbox }) => mailbox.address),
                content: Buffer.concat(chunks).toString('latin1'),
              });
              return smtpReply(250, '2.0.0', 'Saved');
            },
            abort: () => void aborted.push(from?.address ?? ''),
          };
        },
        ...overrides,
      }),
      onError: (error) => void errors.push(error),
    },
  );
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    server,
    port,
    taken,
    aborted,
    errors,
    open: () => RawSmtp.open(port),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

const envelope = 'MAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\n';

describe('the server', () => {
  test('greets at once, names its extensions, takes a message', async () => {
    await using it = await testServer();
    const client = await it.open();
    assert.equal(await client.reply(), '220 mx.test ESMTP carepost');
    const hello = await client.ask('EHLO client.test');
    assert.equal(
      hello,
      '250-mx.test\n250-PIPELINING\n250-SIZE 26214400\n250-8BITMIME\n250-SMTPUTF8\n250-ENHANCEDSTATUSCODES\n250 CHUNKING',
    );
    assert.equal(await client.ask('MAIL FROM:<a@b.test> SIZE=20 BODY=8BITMIME'), '250 2.1.0 Sender OK');
    assert.equal(await client.ask('RCPT TO:<unknown@d.test>'), '550 5.1.1 No such user');
    assert.equal(await client.ask('RCPT TO:<c@d.test>'), '250 2.1.5 OK');
    assert.match(await client.ask('DATA'), /^354 /);
    assert.equal(await client.ask('Subject: x\r\n\r\n..dot\r\n.'), '250 2.0.0 Saved');
    assert.match(await client.ask('QUIT'), /^221 2.0.0/);
    await client.closed();
    assert.deepEqual(it.taken, [
      { from: 'a@b.test', recipients: ['c@d.test'], content: 'Subject: x\r\n\r\n.dot\r\n' },
    ]);
  });

  for (const size of [1, 7, 4096]) {
    test(`a whole conversation in chunks of ${size}, pipelined`, async () => {
      await using it = await testServer();
      const client = await it.open();
      await client.hello();
      const message = `${envelope}DATA\r\nSubject: zoë\r\n\r\n..\r\nend\r\n.\r\n`;
      await client.sendInChunks(Buffer.from(`${message}NOOP\r\n${message}QUIT\r\n`), size);
      const codes: string[] = [];
      for (let reply = await client.reply(); reply !== ''; reply = await client.reply())
        codes.push(reply.slice(0, 3));
      assert.deepEqual(codes, ['250', '250', '354', '250', '250', '250', '250', '354', '250', '221']);
      assert.deepEqual(
        it.taken.map(({ content }) => content),
        Array(2).fill(Buffer.from('Subject: zoë\r\n\r\n.\r\nend\r\n').toString('latin1')),
      );
    });
  }

  test('commands out of order are refused, and the session goes on', async () => {
    await using it = await testServer();
    const client = await it.open();
    await client.reply();
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^503 5.5.1 EHLO first/);
    await client.ask('HELO client.test');
    assert.match(await client.ask('RCPT TO:<c@d.test>'), /^503 5.5.1/);
    assert.match(await client.ask('DATA'), /^503 5.5.1/);
    await client.ask('MAIL FROM:<a@b.test>');
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^503 5.5.1/);
    assert.match(await client.ask('DATA'), /^554 5.5.1 No valid recipients/);
    assert.match(await client.ask('RSET'), /^250/);
    assert.match(await client.ask('STARTTLS'), /^503/);
    assert.match(await client.ask('AUTH PLAIN AGEAYg=='), /^503/);
    assert.match(await client.ask('MAIL FROM:<a@b.test> FOO=1'), /^555 5.5.4/);
    assert.match(await client.ask('MAIL FROM:<zoë@b.test>'), /^553 5.6.7/);
    assert.match(await client.ask('MAIL FROM:<zoë@b.test> SMTPUTF8'), /^250/);
    assert.match(await client.ask('RCPT TO:<postmaster>'), /^250/);
  });

  test('VRFY and EXPN tell nobody who exists, and probe nothing', async () => {
    await using it = await testServer({}, { recipient: () => assert.fail('probed') });
    const client = await it.open();
    await client.hello();
    const answers = [await client.ask('VRFY known@d.test'), await client.ask('VRFY unknown@d.test')];
    assert.equal(answers[0], answers[1]);
    assert.match(answers[0] ?? '', /^252 2.5.2/);
    assert.match(await client.ask('EXPN list'), /^502 5.5.1/);
  });

  test('too many errors end the connection with 421', async () => {
    await using it = await testServer({ limits: { errors: 3 } });
    const client = await it.open();
    await client.hello();
    for (let count = 0; count < 3; count++) assert.match(await client.ask('FOO'), /^500 5.5.1/);
    assert.match(await client.ask('FOO'), /^421 4.7.0/);
    await client.closed();
  });

  test('guessing recipients ends the connection with 421', async () => {
    await using it = await testServer({ limits: { refusedRecipients: 2 } });
    const client = await it.open();
    await client.hello();
    await client.ask('MAIL FROM:<a@b.test>');
    for (let count = 0; count < 2; count++)
      assert.match(await client.ask('RCPT TO:<unknown@d.test>'), /^550/);
    assert.match(await client.ask('RCPT TO:<unknown@d.test>'), /^421/);
    await client.closed();
  });

  test('10,000 recipients: 452 after the limit, the message goes to those before', async () => {
    await using it = await testServer({ limits: { recipients: 1000 } });
    const client = await it.open();
    await client.hello();
    const recipients = Array.from({ length: 10_000 }, (_, index) => `RCPT TO:<r${index}@d.test>\r\n`).join(
      '',
    );
    client.send(`MAIL FROM:<a@b.test>\r\n${recipients}DATA\r\n`);
    const counts: Record<string, number> = {};
    for (let index = 0; index < 10_002; index++) {
      const code = (await client.reply()).slice(0, 9);
      counts[code] = (counts[code] ?? 0) + 1;
    }
    assert.deepEqual([counts['250 2.1.5'], counts['452 4.5.3']], [1000, 9000]);
    assert.match(await client.ask('Subject: x\r\n\r\nx\r\n.'), /^250/);
    assert.equal(it.taken[0]?.recipients.length, 1000);
  });

  test('a handler that throws, or a sink that fails: 451, and the session goes on', async () => {
    let fail = true;
    await using it = await testServer(
      {},
      {
        mail: () => {
          if (fail) throw new Error('planted');
          return smtpReply(250, '2.1.0', 'OK');
        },
        content: () => ({
          write: () => Promise.reject(new Error('planted')),
          finish: () => assert.fail('finished'),
          abort: () => undefined,
        }),
      },
    );
    const client = await it.open();
    await client.hello();
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^451 4.3.0/);
    fail = false;
    await client.ask('MAIL FROM:<a@b.test>');
    await client.ask('RCPT TO:<c@d.test>');
    await client.ask('DATA');
    assert.match(await client.ask('x\r\n.'), /^451 4.3.0/);
    assert.match(await client.ask('NOOP'), /^250/);
    assert.equal(it.errors.length, 2);
  });
});

describe('line ends and limits', () => {
  for (const [what, bytes] of [
    ['bare LF', 'NOOP\nNOOP\r\n'],
    ['bare CR', 'NO\rOP\r\n'],
  ] as const) {
    test(`${what} in a command: 500 5.5.2, and the connection ends`, async () => {
      await using it = await testServer();
      const client = await it.open();
      await client.hello();
      client.send(bytes);
      assert.match(await client.reply(), /^500 5.5.2 Bare/);
      assert.equal(await client.reply(), '');
    });
  }

  for (const form of [
    'a\nb\r\n.',
    'a\rb\r\n.',
    'x\n.\nMAIL FROM:<evil@x.test>\r\n.',
    'x\r\n.\nMAIL FROM:<evil@x.test>\r\n.',
    'x\r.\rMAIL FROM:<evil@x.test>\r\n.',
  ]) {
    test(`bare line ends in content are refused, and smuggle nothing: ${JSON.stringify(form)}`, async () => {
      await using it = await testServer();
      for (const size of [1, 7, 4096]) {
        const client = await it.open();
        await client.hello();
        await client.sendInChunks(Buffer.from(`${envelope}DATA\r\n${form}\r\nNOOP\r\n`), size);
        const replies = [
          await client.reply(),
          await client.reply(),
          await client.reply(),
          await client.reply(),
          await client.reply(),
        ];
        assert.match(replies[3] ?? '', /^550 5.6.11/);
        assert.match(replies[4] ?? '', /^250 2.0.0 OK/);
        client.destroy();
      }
      assert.deepEqual(it.taken, []);
      assert.deepEqual(it.aborted.length, 3);
    });
  }

  test('command lines beyond the limit, controls, bytes that are no text', async () => {
    await using it = await testServer();
    const client = await it.open();
    await client.hello();
    assert.match(await client.ask(`NOOP ${'x'.repeat(3000)}`), /^500 5.5.2 Line too long/);
    assert.match(await client.ask('NOOP \0'), /^500 5.5.2 Control/);
    client.send(Buffer.from([0x4e, 0xff, 0x0d, 0x0a]));
    assert.match(await client.reply(), /^500 5.5.2 Commands are/);
    assert.match(await client.ask('NOOP'), /^250/);
  });

  test('size: refused at MAIL, and while receiving, reading on without storing', async () => {
    let stored = 0;
    await using it = await testServer(
      { limits: { messageSize: 1000 } },
      {
        content: () => ({
          write: (chunk) => void (stored += chunk.length),
          finish: () => assert.fail('finished'),
          abort: () => undefined,
        }),
      },
    );
    const client = await it.open();
    await client.hello();
    assert.match(await client.ask('MAIL FROM:<a@b.test> SIZE=1001'), /^552 5.3.4/);
    client.send(`${envelope}DATA\r\n`);
    for (let count = 0; count < 3; count++) await client.reply();
    client.send('x'.repeat(998));
    assert.match(await client.ask(`${'x'.repeat(2000)}\r\n.`), /^552 5.3.4/);
    assert.ok(stored <= 1000);
    assert.match(await client.ask('NOOP'), /^250/);
  });

  test('who goes on far beyond the limit is cut off', async () => {
    await using it = await testServer({ limits: { messageSize: 1000 } });
    const client = await it.open();
    await client.hello();
    client.send(`${envelope}DATA\r\n`);
    for (let count = 0; count < 3; count++) await client.reply();
    client.send('x'.repeat(10_000));
    assert.match(await client.reply(), /^552 5.3.4/);
    await client.closed();
  });

  test('the sink holds the client back', async () => {
    let release: (() => void) | null = null;
    let writes = 0;
    await using it = await testServer(
      {},
      {
        content: () => ({
          write: () => {
            writes++;
            return new Promise<void>((resolve) => {
              release = resolve;
            });
          },
          finish: () => smtpReply(250, '2.0.0', 'Saved'),
          abort: () => undefined,
        }),
      },
    );
    const client = await it.open();
    await client.hello();
    client.send(`${envelope}DATA\r\n`);
    for (let count = 0; count < 3; count++) await client.reply();
    client.send('one\r\n');
    while (release === null) await new Promise(setImmediate);
    client.send('two\r\n.\r\n');
    for (let count = 0; count < 10; count++) await new Promise(setImmediate);
    assert.equal(writes, 1);
    (release as () => void)();
    while (writes < 2) await new Promise(setImmediate);
    (release as () => void)();
    assert.match(await client.reply(), /^250/);
  });

  test('a connection lost in the middle aborts the message', async () => {
    const aborted = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    await using it = await testServer(
      {},
      {
        content: () => ({
          write: () => undefined,
          finish: () => assert.fail('finished'),
          abort: aborted.resolve,
        }),
        closed: closed.resolve,
      },
    );
    const client = await it.open();
    await client.hello();
    client.send(`${envelope}DATA\r\nhalf`);
    for (let count = 0; count < 3; count++) await client.reply();
    client.destroy();
    await Promise.all([aborted.promise, closed.promise]);
    while (it.server.connections > 0) await new Promise(setImmediate);
  });

  test('too many connections: 421, in all and from one address', async () => {
    for (const limits of [{ connections: 1 }, { connectionsPerAddress: 1 }]) {
      await using it = await testServer({ limits });
      const first = await it.open();
      await first.reply();
      const second = await it.open();
      assert.match(await second.reply(), /^421 4/);
      await second.closed();
      assert.match(await first.ask('NOOP'), /^250/);
    }
  });

  test('silence ends with 421, also a command that never ends', async () => {
    await using it = await testServer({ limits: { idleMs: 60 } });
    const silent = await it.open();
    await silent.reply();
    assert.match(await silent.reply(), /^421 4.4.2/);
    const slow = await it.open();
    await slow.reply();
    const trickle = setInterval(() => slow.send('x'), 10);
    assert.match(await slow.reply(), /^421 4.4.2/);
    clearInterval(trickle);
    await slow.closed();
  });

  test('content that trickles is given up', async () => {
    await using it = await testServer({
      limits: { slowContentMs: 60, idleMs: 60_000, handshakeMs: 100, slowContentRate: 1_000_000 },
    });
    const client = await it.open();
    await client.hello();
    client.send(`${envelope}DATA\r\n`);
    for (let count = 0; count < 3; count++) await client.reply();
    const trickle = setInterval(() => client.send('x'), 5);
    assert.match(await client.reply(), /^421 4.4.2/);
    clearInterval(trickle);
    assert.deepEqual(it.aborted, ['a@b.test']);
  });

  test('the whole of an IPv6 /64 counts as one', () => {
    assert.equal(addressGroup('192.0.2.1'), '192.0.2.1');
    assert.equal(addressGroup('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:2:ffff::9'));
    assert.notEqual(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:3::1'));
    assert.equal(addressGroup('::1'), '0:0:0:0');
  });
});

describe('BDAT', () => {
  test('chunks become one message; content is as it came', async () => {
    await using it = await testServer();
    const client = await it.open();
    await client.hello();
    client.send(`${envelope}BDAT 12\r\nSubject: x\r\nBDAT 5\r\n\r\n.\r\nBDAT 3 LAST\r\nend`);
    assert.deepEqual(
      [
        await client.reply(),
        await client.reply(),
        await client.reply(),
        await client.reply(),
        await client.reply(),
      ].map((reply) => reply.slice(0, 3)),
      ['250', '250', '250', '250', '250'],
    );
    assert.equal(it.taken[0]?.content, 'Subject: x\r\n\r\n.\r\nend\r\n');
  });

  test('BDAT 0 LAST, byte by byte', async () => {
    await using it = await testServer();
    const client = await it.open();
    await client.hello();
    await client.sendInChunks(Buffer.from(`${envelope}BDAT 4\r\na\r\nbBDAT 0 LAST\r\n`), 1);
    for (let count = 0; count < 4; count++) assert.match(await client.reply(), /^250/);
    assert.equal(it.taken[0]?.content, 'a\r\nb\r\n');
  });

  test('octets are read whatever we think of them', async () => {
    await using it = await testServer();
    const client = await it.open();
    await client.hello();
    client.send('BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n');
    assert.match(await client.reply(), /^503/);
    assert.match(await client.reply(), /^250/);
    client.send(
      `${envelope}BDAT 2\r\nxyMAIL FROM:<a@b.test>\r\nRSET\r\n${envelope}BDAT 1\r\n\nBDAT 0 LAST\r\nNOOP\r\n`,
    );
    const replies: string[] = [];
    for (let count = 0; count < 10; count++) replies.push((await client.reply()).slice(0, 10));
    assert.deepEqual(
      replies.map((reply) => reply.slice(0, 3)),
      ['250', '250', '250', '503', '250', '250', '250', '550', '550', '250'],
    );
    assert.deepEqual(it.taken, []);
  });
});

describe('stopping', () => {
  test('idle connections get 421, open transactions may end', async () => {
    const it = await testServer();
    const idle = await it.open();
    await idle.hello();
    const busy = await it.open();
    await busy.hello();
    busy.send(`${envelope}DATA\r\n`);
    for (let count = 0; count < 3; count++) await busy.reply();
    const closing = it.server.close();
    assert.match(await idle.reply(), /^421 4.3.2/);
    assert.equal(await busy.ask('Subject: x\r\n\r\nx\r\n.'), '250 2.0.0 Saved');
    assert.match(await busy.reply(), /^421 4.3.2/);
    await closing;
    assert.equal(it.taken.length, 1);
  });

  test('who does not end in time is cut', async () => {
    const it = await testServer();
    const client = await it.open();
    await client.hello();
    await client.ask('MAIL FROM:<a@b.test>');
    await it.server.close(20);
    await client.closed();
  });

  test('a client that half-closes still gets its answers', async () => {
    await using it = await testServer();
    const client = await it.open();
    await client.hello();
    client.send(`${envelope}DATA\r\nx\r\n.\r\n`);
    client.end();
    const replies = [await client.reply(), await client.reply(), await client.reply(), await client.reply()];
    assert.equal(replies[3], '250 2.0.0 Saved');
    await client.closed();
  });
});
