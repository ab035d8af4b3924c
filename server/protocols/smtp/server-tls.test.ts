import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import type { IssuedCertificate } from '#platform/certificates/issue-certificate.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { createSmtpServer, smtpReply, type SmtpServerOptions, type SmtpSession } from './index.ts';

let certificate: IssuedCertificate;
before(async () => {
  certificate = await (await testAuthority()).issue('mx.test');
});

const plain = (user: string, password: string): string =>
  Buffer.from(`\0${user}\0${password}`).toString('base64');

async function testServer(options: Partial<SmtpServerOptions> = {}) {
  const sessions: SmtpSession[] = [];
  const tried: string[] = [];
  const server = createSmtpServer(
    { hostname: 'mx.test', tls: certificate, ...options },
    {
      connect(session) {
        sessions.push(session);
        return {
          async authenticate({ username, password }) {
            tried.push(username);
            return password === 'right' ? smtpReply(235, '2.7.0', 'Welcome') : smtpReply(535, '5.7.8', 'No');
          },
          mail: () => smtpReply(250, '2.1.0', 'OK'),
          recipient: () => smtpReply(250, '2.1.5', 'OK'),
          content: () => ({
            write: () => undefined,
            finish: () => smtpReply(250, '2.0.0', 'Saved'),
            abort: () => undefined,
          }),
        };
      },
    },
  );
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    server,
    port,
    sessions,
    tried,
    open: (tls = false) => RawSmtp.open(port, tls),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}

describe('TLS of the server', () => {
  test('STARTTLS: offered once, and what was learned before it is forgotten', async () => {
    await using it = await testServer();
    const client = await it.open();
    assert.match(await client.hello(), /250[ -]STARTTLS/);
    await client.ask('MAIL FROM:<before@b.test>');
    assert.match(await client.ask('STARTTLS'), /^220 2.0.0/);
    const socket = await client.startTls();
    assert.match(await client.ask('RCPT TO:<c@d.test>'), /^503/, 'the transaction from before is gone');
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^503 5.5.1 EHLO first/);
    assert.doesNotMatch(await client.ask('EHLO client.test'), /STARTTLS/);
    assert.match(await client.ask('STARTTLS'), /^503/);
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^250/);
    assert.equal(it.sessions[0]?.tls?.version, 'TLSv1.3');
    assert.equal(it.sessions[0]?.tls?.cipher, socket.getCipher().standardName);
  });

  test('commands put in behind STARTTLS in the clear: 554, and the connection ends', async () => {
    await using it = await testServer();
    for (const behind of ['EHLO evil.test\r\nMAIL FROM:<evil@x.test>\r\n', 'N', '\x16\x03\x01']) {
      const client = await it.open();
      await client.hello();
      client.send(`NOOP\r\nSTARTTLS\r\n${behind}`);
      assert.match(await client.reply(), /^250 2.0.0/);
      assert.match(await client.reply(), /^554 5.5.1/);
      await client.closed();
    }
  });

  test('implicit TLS: greeting and all under TLS', async () => {
    await using it = await testServer({ tlsMode: 'implicit' });
    const client = await it.open(true);
    assert.match(await client.hello(), /^250-mx.test/);
    assert.equal(it.sessions[0]?.tls?.version, 'TLSv1.3');
  });

  test('TLS 1.1 is refused, TLS 1.2 has forward secrecy', async () => {
    await using it = await testServer({ tlsMode: 'implicit' });
    const old = connectTls({
      host: '127.0.0.1',
      port: it.port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await assert.rejects(once(old, 'secureConnect'));
    const weak = connectTls({
      host: '127.0.0.1',
      port: it.port,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
      ciphers: 'AES128-SHA:AES256-GCM-SHA384',
    });
    await assert.rejects(once(weak, 'secureConnect'));
    const good = connectTls({
      host: '127.0.0.1',
      port: it.port,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    });
    await once(good, 'secureConnect');
    assert.match(good.getCipher().name, /^ECDHE-.*GCM/);
    good.destroy();
  });

  test('a handshake that never comes is given up, and one that is garbage too', async () => {
    await using it = await testServer({ tlsMode: 'implicit', limits: { handshakeMs: 50 } });
    const silent = await it.open();
    await silent.closed();
    const garbage = await it.open();
    garbage.send('EHLO client.test\r\n');
    await garbage.closed();
    while (it.server.connections > 0) await new Promise(setImmediate);
  });

  test('MAIL only under TLS where TLS is required', async () => {
    await using it = await testServer({ requireTls: true });
    const client = await it.open();
    await client.hello();
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^530 5.7.0 STARTTLS first/);
  });

  test('a renewed certificate is used from the next handshake on', async () => {
    await using it = await testServer({ tlsMode: 'implicit' });
    const renewed = await (await testAuthority()).issue('renewed.test');
    it.server.setCertificate(renewed);
    const socket = connectTls({ host: '127.0.0.1', port: it.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    assert.equal(socket.getPeerCertificate().subjectaltname, 'DNS:renewed.test');
    socket.destroy();
  });

  test('the lowest version stays what it was when the certificate is renewed', async () => {
    await using it = await testServer({ tlsMode: 'implicit', minVersion: 'TLSv1.3' });
    it.server.setCertificate(certificate);
    const old = connectTls({
      host: '127.0.0.1',
      port: it.port,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    });
    await assert.rejects(once(old, 'secureConnect'));
  });
});

describe('AUTH', () => {
  const options = { authentication: 'required' } as const;

  test('is offered and taken only under TLS; MAIL only after it', async () => {
    await using it = await testServer(options);
    const client = await it.open();
    assert.doesNotMatch(await client.hello(), /AUTH/);
    assert.match(await client.ask(`AUTH PLAIN ${plain('u', 'right')}`), /^538 5.7.11/);
    assert.deepEqual(it.tried, []);
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^530 5.7.0 STARTTLS/);
    await client.ask('STARTTLS');
    await client.startTls();
    assert.match(await client.ask('EHLO client.test'), /AUTH PLAIN LOGIN/);
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^530 5.7.0 Authentication/);
    assert.match(await client.ask(`AUTH PLAIN ${plain('u', 'wrong')}`), /^535 5.7.8/);
    assert.match(await client.ask(`AUTH PLAIN ${plain('u', 'right')}`), /^235 2.7.0/);
    assert.match(await client.ask(`AUTH PLAIN ${plain('u', 'right')}`), /^503/);
    assert.match(await client.ask('MAIL FROM:<a@b.test>'), /^250/);
    assert.deepEqual(it.tried, ['u', 'u']);
  });

  test('LOGIN, step by step; cancelled; malformed; unknown', async () => {
    await using it = await testServer({ ...options, tlsMode: 'implicit' });
    const client = await it.open(true);
    await client.hello();
    assert.match(await client.ask('AUTH CRAM-MD5'), /^504 5.5.4/);
    assert.match(await client.ask('AUTH LOGIN'), /^334 VXNlcm5hbWU6/);
    assert.match(await client.ask('*'), /^501/);
    assert.match(await client.ask('AUTH LOGIN'), /^334/);
    assert.match(await client.ask('no base64!'), /^501 5.5.2/);
    assert.match(await client.ask('AUTH LOGIN'), /^334/);
    assert.match(await client.ask(Buffer.from('u').toString('base64')), /^334 UGFzc3dvcmQ6/);
    assert.match(await client.ask(Buffer.from('right').toString('base64')), /^235/);
  });

  test('only AUTH may have long lines', async () => {
    await using it = await testServer({ ...options, tlsMode: 'implicit' });
    const client = await it.open(true);
    await client.hello();
    assert.match(await client.ask(`NOOP ${'x'.repeat(3000)}`), /^500 5.5.2 Line too long/);
    assert.match(await client.ask(`AUTH PLAIN ${plain('u', 'x'.repeat(3000))}`), /^535/);
    assert.match(
      await client.ask(`AUTH PLAIN ${plain('u', 'x'.repeat(12_000))}`),
      /^500 5.5.2 Line too long/,
    );
  });

  test('three failures end the connection', async () => {
    await using it = await testServer({ ...options, tlsMode: 'implicit' });
    const client = await it.open(true);
    await client.hello();
    for (let count = 0; count < 3; count++)
      assert.match(await client.ask(`AUTH PLAIN ${plain('u', 'wrong')}`), /^535/);
    await client.closed();
  });
});
