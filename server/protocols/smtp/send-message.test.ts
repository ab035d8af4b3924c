import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Socket } from 'node:net';
import { scriptedServer } from '../../../test/support/raw-smtp.ts';
import {
  createSmtpServer,
  openSmtpConnection,
  smtpReply,
  type OutgoingMessage,
  type SmtpConnection,
} from './index.ts';

const message: OutgoingMessage = {
  from: 'a@b.test',
  recipients: ['c@d.test'],
  content: Buffer.from('Subject: x\r\n\r\nbody\r\n'),
};

async function connectTo(port: number, timeouts = {}): Promise<SmtpConnection> {
  const opened = await openSmtpConnection({
    host: 'mx.test',
    address: '127.0.0.1',
    port,
    localName: 'client.test',
    tls: { use: 'never' },
    timeouts,
  });
  assert.ok(opened.ok);
  return opened.connection;
}

/** A server that keeps what it gets, and refuses users by their names. */
async function keepingServer(extra: { finish?: () => ReturnType<typeof smtpReply> } = {}) {
  const kept: { from: string; to: string[]; content: Buffer }[] = [];
  const server = createSmtpServer(
    { hostname: 'mx.test', tls: null },
    {
      connect: () => ({
        mail: (from) =>
          from?.localPart === 'refused' ? smtpReply(550, '5.7.1', 'Not you') : smtpReply(250, '2.1.0', 'OK'),
        recipient: ({ mailbox }) =>
          mailbox.localPart === 'unknown'
            ? smtpReply(550, '5.1.1', 'No such user')
            : mailbox.localPart === 'later'
              ? smtpReply(450, '4.2.1', 'Later')
              : smtpReply(250, '2.1.5', 'OK'),
        content({ from, recipients }) {
          const chunks: Buffer[] = [];
          return {
            write: (chunk) => void chunks.push(Buffer.from(chunk)),
            finish() {
              kept.push({
                from: from?.address ?? '',
                to: recipients.map(({ mailbox }) => mailbox.address),
                content: Buffer.concat(chunks),
              });
              return extra.finish?.() ?? smtpReply(250, '2.0.0', 'Saved');
            },
            abort: () => undefined,
          };
        },
      }),
    },
  );
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { kept, port, [Symbol.asyncDispose]: () => server.close(0) };
}

describe('sending', () => {
  test('each recipient has an answer of its own; the connection serves many messages', async () => {
    await using server = await keepingServer();
    const connection = await connectTo(server.port);
    for (let count = 0; count < 3; count++) {
      const outcome = await connection.send({
        ...message,
        recipients: ['c@d.test', 'unknown@d.test', 'later@d.test'],
      });
      assert.ok(outcome.kind === 'answered');
      assert.deepEqual(
        outcome.recipients.map(({ accepted, reply, phase }) => [accepted, reply.code, phase]),
        [
          [true, 250, 'final-dot'],
          [false, 550, 'rcpt'],
          [false, 450, 'rcpt'],
        ],
      );
    }
    assert.ok(await connection.alive());
    await connection.quit();
    assert.equal(connection.usable, false);
    assert.deepEqual(await connection.send(message), { kind: 'unsent', because: 'connection-ended' });
    assert.equal(server.kept.length, 3);
  });

  test('a message that nobody gets leaves the connection good for the next', async () => {
    await using server = await keepingServer();
    const connection = await connectTo(server.port);
    for (const changes of [{ recipients: ['unknown@d.test'] }, { from: 'refused@b.test' }]) {
      const outcome = await connection.send({ ...message, ...changes });
      assert.ok(outcome.kind === 'answered');
      assert.equal(outcome.recipients[0]?.accepted, false);
      assert.equal(outcome.recipients[0]?.phase, 'from' in changes ? 'mail' : 'rcpt');
    }
    const outcome = await connection.send(message);
    assert.ok(outcome.kind === 'answered' && outcome.recipients[0]?.accepted);
    connection.destroy();
  });

  test('the answer to the final dot goes to all who were accepted', async () => {
    await using server = await keepingServer({ finish: () => smtpReply(554, '5.6.0', 'Not that') });
    const connection = await connectTo(server.port);
    const outcome = await connection.send({ ...message, recipients: ['c@d.test', 'unknown@d.test'] });
    assert.ok(outcome.kind === 'answered');
    assert.deepEqual(
      outcome.recipients.map(({ accepted, reply, phase }) => [accepted, reply.code, phase]),
      [
        [false, 554, 'final-dot'],
        [false, 550, 'rcpt'],
      ],
    );
    connection.destroy();
  });

  test('large content in pieces; dots and bare line ends made safe', async () => {
    await using server = await keepingServer();
    const connection = await connectTo(server.port);
    const line = Buffer.from(`.${'x'.repeat(60)}\n`);
    async function* content() {
      for (let count = 0; count < 20_000; count++) yield line;
      yield Buffer.from('end');
    }
    const outcome = await connection.send({ ...message, content: content() });
    assert.ok(outcome.kind === 'answered' && outcome.recipients[0]?.accepted);
    assert.equal(server.kept[0]?.content.toString(), `${`.${'x'.repeat(60)}\r\n`.repeat(20_000)}end\r\n`);
    connection.destroy();
  });

  test('what this server cannot take is not offered to it', async () => {
    await using server = await scriptedServer(async (socket, line) => {
      socket.write('220 small.test\r\n');
      await line();
      socket.write('250-small.test\r\n250 SIZE 100\r\n');
    });
    const connection = await connectTo(server.port);
    const unsent = async (changes: Partial<OutgoingMessage>) => {
      const outcome = await connection.send({ ...message, ...changes });
      return outcome.kind === 'unsent' ? outcome.because : outcome.kind;
    };
    assert.equal(await unsent({ size: 101 }), 'too-large');
    assert.equal(await unsent({ eightBit: true }), '8bitmime-not-offered');
    assert.equal(await unsent({ smtpUtf8: true }), 'smtputf8-not-offered');
    assert.equal(await unsent({ recipients: ['zoë@d.test'] }), 'smtputf8-not-offered');
    for (const bad of ['', 'x', 'a@b.test>\r\nRCPT TO:<evil@x.test', 'a b@c.test'])
      assert.equal(await unsent({ recipients: [bad] }), 'invalid-address');
    assert.equal(await unsent({ from: 'x>' }), 'invalid-address');
    assert.equal(await unsent({ recipients: [] }), 'invalid-address');
    assert.ok(connection.usable);
    connection.destroy();
  });
});

describe('the order of things', () => {
  test('MAIL, RCPT and DATA go out together; the dot only after beforeFinalDot', async () => {
    const heard: string[] = [];
    await using server = await scriptedServer(async (socket, line) => {
      socket.write('220 mx.test\r\n');
      await line();
      socket.write('250-mx.test\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250 SIZE\r\n');
      for (let count = 0; count < 3; count++) heard.push(await line());
      socket.write('250 ok\r\n250 ok\r\n354 go\r\n');
      for (let text = await line(); text !== '.'; text = await line()) heard.push(text);
      heard.push('dot');
      socket.write('250 2.0.0 saved\r\n');
    });
    const connection = await connectTo(server.port);
    const outcome = await connection.send({
      ...message,
      recipients: ['zoë@d.test'],
      size: 22,
      eightBit: true,
      beforeContent: (recipients) =>
        void heard.push(`content for ${recipients.filter(({ accepted }) => accepted).length}`),
      async beforeFinalDot() {
        await new Promise(setImmediate);
        heard.push('intent');
      },
    });
    assert.equal(outcome.kind, 'answered');
    assert.deepEqual(
      heard,
      [
        'MAIL FROM:<a@b.test> SIZE=22 BODY=8BITMIME SMTPUTF8',
        'RCPT TO:<zoë@d.test>',
        'DATA',
        'content for 1',
        'intent',
        'Subject: x',
        '',
        'body',
        'dot',
      ].map((text) => Buffer.from(text).toString('latin1')),
    );
    connection.destroy();
  });

  test('nobody accepted but DATA was: a lone dot', async () => {
    await using server = await scriptedServer(async (socket, line) => {
      socket.write('220 mx.test\r\n');
      await line();
      socket.write('250-mx.test\r\n250 PIPELINING\r\n');
      for (let count = 0; count < 3; count++) await line();
      socket.write('250 ok\r\n550 no\r\n354 go\r\n');
      socket.write((await line()) === '.' ? '554 no recipients\r\n' : '250 taken\r\n');
    });
    const connection = await connectTo(server.port);
    const outcome = await connection.send(message);
    assert.ok(outcome.kind === 'answered');
    assert.deepEqual([outcome.recipients[0]?.reply.code, outcome.recipients[0]?.phase], [550, 'rcpt']);
    connection.destroy();
  });
});

describe('lost connections say where', () => {
  /** Answers up to `until`, then `does` something bad. */
  async function losing(until: 'MAIL' | 'DATA' | 'content' | 'dot', does: (socket: Socket) => void) {
    return scriptedServer(async (socket, line) => {
      socket.write('220 mx.test\r\n');
      await line();
      socket.write('250 mx.test\r\n');
      await line();
      if (until === 'MAIL') return does(socket);
      socket.write('250 ok\r\n');
      await line();
      socket.write('250 ok\r\n');
      await line();
      if (until === 'DATA') return does(socket);
      socket.write('354 go\r\n');
      if (until === 'content') return does(socket);
      while ((await line()) !== '.') continue;
      does(socket);
    });
  }

  for (const [until, phase, uncertain] of [
    ['MAIL', 'envelope', false],
    ['DATA', 'data', false],
    ['dot', 'final-dot', true],
  ] as const) {
    test(`closed at ${until}: ${uncertain ? 'uncertain' : 'surely not taken'}`, async () => {
      await using server = await losing(until, (socket) => socket.destroy());
      const connection = await connectTo(server.port);
      const outcome = await connection.send(message);
      assert.ok(outcome.kind === 'lost');
      assert.deepEqual(
        [outcome.failure.phase, outcome.failure.code, outcome.uncertain],
        [phase, 'connection-lost', uncertain],
      );
      assert.equal(connection.usable, false);
    });

    test(`silent at ${until}`, async () => {
      await using server = await losing(until, () => undefined);
      const connection = await connectTo(server.port, { command: 300, data: 300, finalDot: 300 });
      const outcome = await connection.send(message);
      assert.ok(outcome.kind === 'lost');
      assert.deepEqual(
        [outcome.failure.phase, outcome.failure.code, outcome.uncertain],
        [phase, 'timeout', uncertain],
      );
    });
  }

  test('closed in the middle of the content', async () => {
    await using server = await losing('content', (socket) => socket.destroy());
    const connection = await connectTo(server.port);
    async function* endless() {
      for (;;) {
        yield Buffer.alloc(65_536, 'x\r\n');
        await new Promise(setImmediate);
      }
    }
    const outcome = await connection.send({ ...message, content: endless() });
    assert.ok(outcome.kind === 'lost');
    assert.deepEqual([outcome.failure.phase, outcome.uncertain], ['content', false]);
  });

  test('a hook or a source that fails: surely not taken', async () => {
    const fail = (): never => {
      throw new Error('planted');
    };
    async function* broken() {
      yield Buffer.from('x\r\n');
      fail();
    }
    for (const changes of [{ beforeContent: fail }, { beforeFinalDot: fail }, { content: broken() }]) {
      await using server = await keepingServer();
      const connection = await connectTo(server.port);
      const outcome = await connection.send({ ...message, ...changes });
      assert.ok(outcome.kind === 'lost');
      assert.equal(outcome.uncertain, false);
      assert.equal(outcome.failure.code, 'content' in changes ? 'content' : 'aborted');
      assert.equal(server.kept.length, 0);
    }
  });

  test('the signal of the caller', async () => {
    await using server = await losing('MAIL', () => aborting.abort());
    const aborting = new AbortController();
    const connection = await connectTo(server.port);
    const outcome = await connection.send({ ...message, signal: aborting.signal });
    assert.ok(outcome.kind === 'lost');
    assert.equal(outcome.failure.code, 'aborted');
  });

  test('421 ends the connection, with its answer kept', async () => {
    await using server = await losing('MAIL', (socket) => socket.end('421 4.3.2 stopping\r\n'));
    const connection = await connectTo(server.port);
    const outcome = await connection.send(message);
    assert.ok(outcome.kind === 'answered');
    assert.equal(outcome.recipients[0]?.reply.code, 421);
    assert.equal(connection.usable, false);
  });
});
