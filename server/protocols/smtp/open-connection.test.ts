import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { testAuthority } from '../../../test/support/certificates.ts';
import { scriptedServer } from '../../../test/support/raw-smtp.ts';
import {
  createSmtpServer,
  openSmtpConnection,
  smtpReply,
  type CertificateVerdict,
  type ClientTls,
  type TlsCredentials,
} from './index.ts';

let authority: Awaited<ReturnType<typeof testAuthority>>;
before(async () => {
  authority = await testAuthority();
});

async function serverWith(tls: TlsCredentials | null, tlsMode: 'starttls' | 'implicit' = 'starttls') {
  const server = createSmtpServer(
    { hostname: 'mx.test', tls, tlsMode },
    { connect: () => smtpReply(554, '5.7.1', 'Go away') },
  );
  const open = createSmtpServer(
    { hostname: 'mx.test', tls, tlsMode },
    {
      connect: () => ({
        mail: () => smtpReply(250, '2.1.0', 'OK'),
        recipient: () => smtpReply(250, '2.1.5', 'OK'),
        content: () => ({
          write: () => undefined,
          finish: () => smtpReply(250, '2.0.0', 'Saved'),
          abort: () => undefined,
        }),
      }),
    },
  );
  const refusing = await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = await open.listen({ host: '127.0.0.1', port: 0 });
  return {
    port,
    refusingPort: refusing.port,
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(0), open.close(0)]);
    },
  };
}

function dial(
  port: number,
  tls: ClientTls,
  more: { host?: string; signal?: AbortSignal; timeouts?: object } = {},
) {
  const { host = 'mx.test', ...rest } = more;
  return openSmtpConnection({ host, address: '127.0.0.1', port, localName: 'client.test', tls, ...rest });
}

describe('judging the other side', () => {
  const cases: [CertificateVerdict, () => Promise<TlsCredentials>, CertificateVerdict[]][] = [
    ['verified', () => authority.issue('mx.test'), []],
    ['name-mismatch', () => authority.issue('other.test'), ['name-mismatch']],
    ['expired', () => authority.issueExpired('mx.test'), ['expired']],
    ['expired', () => authority.issueExpired('other.test'), ['expired', 'name-mismatch']],
    ['not-yet-valid', () => authority.issueFuture('mx.test'), ['not-yet-valid']],
    ['self-signed', () => authority.selfSigned('mx.test'), ['self-signed']],
    ['self-signed', () => authority.selfSigned('other.test'), ['self-signed', 'name-mismatch']],
    ['untrusted', async () => (await testAuthority()).issue('mx.test'), ['untrusted']],
  ];

  for (const [index, [verdict, certificate, problems]] of cases.entries()) {
    test(`case ${index + 1}: ${verdict} (${problems.join(' and ') || 'nothing wrong'})`, async () => {
      await using server = await serverWith(await certificate());
      const opened = await dial(server.port, { use: 'required', trusted: [authority.certificate] });
      assert.ok(opened.ok);
      const { tls } = opened.connection;
      assert.equal(tls?.verdict, verdict);
      assert.deepEqual(tls?.problems, problems);
      assert.equal(tls?.version, 'TLSv1.3');
      assert.match(tls?.certificate?.fingerprintSha256 ?? '', /^[0-9a-f]{64}$/);
      assert.ok((tls?.certificate?.chain.length ?? 0) >= 1);
      await opened.connection.quit();
    });
  }

  test('a second connection is judged anew: no session is resumed', async () => {
    await using server = await serverWith(await authority.issue('mx.test'));
    for (const host of ['mx.test', 'other.test']) {
      const opened = await dial(server.port, { use: 'required', trusted: [authority.certificate] }, { host });
      assert.ok(opened.ok);
      assert.equal(opened.connection.tls?.verdict, host === 'mx.test' ? 'verified' : 'name-mismatch');
      await opened.connection.quit();
    }
    const untrusting = await dial(server.port, { use: 'required' });
    assert.ok(untrusting.ok);
    assert.equal(untrusting.connection.tls?.verdict, 'untrusted');
    untrusting.connection.destroy();
  });

  test('`verified` demanded: the connection ends before anything is said under TLS', async () => {
    await using server = await serverWith(await authority.issue('other.test'));
    const opened = await dial(server.port, {
      use: 'required',
      trusted: [authority.certificate],
      verified: true,
    });
    assert.ok(!opened.ok);
    assert.equal(opened.failure.code, 'tls-unproven');
    assert.equal(opened.failure.phase, 'handshake');
    assert.equal(opened.failure.tls?.verdict, 'name-mismatch');
  });

  test('implicit TLS', async () => {
    await using server = await serverWith(await authority.issue('mx.test'), 'implicit');
    const opened = await dial(server.port, {
      use: 'implicit',
      trusted: [authority.certificate],
      verified: true,
    });
    assert.ok(opened.ok);
    assert.equal(opened.connection.tls?.verdict, 'verified');
    await opened.connection.quit();
  });

  test('a server with TLS 1.1 only', async () => {
    const certificate = await authority.issue('mx.test');
    const old = createTlsServer({
      ...certificate,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    old.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const opened = await dial((old.address() as AddressInfo).port, { use: 'implicit' });
    assert.ok(!opened.ok);
    assert.deepEqual([opened.failure.phase, opened.failure.code], ['handshake', 'tls-version']);
    old.close();
  });

  test('TLS in the clear where it is not offered', async () => {
    await using server = await serverWith(null);
    const required = await dial(server.port, { use: 'required' });
    assert.ok(!required.ok);
    assert.deepEqual([required.failure.phase, required.failure.code], ['starttls', 'tls-not-offered']);
    const optional = await dial(server.port, { use: 'if-offered' });
    assert.ok(optional.ok);
    assert.equal(optional.connection.tls, null);
    await optional.connection.quit();
  });
});

describe('opening', () => {
  test('nobody there', async () => {
    await using server = await scriptedServer(async () => undefined);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    const opened = await dial(port, { use: 'never' });
    assert.ok(!opened.ok);
    assert.deepEqual(
      [opened.failure.phase, opened.failure.code, opened.failure.detail],
      ['connect', 'unreachable', 'ECONNREFUSED'],
    );
  });

  test('refused in the greeting', async () => {
    await using server = await serverWith(null);
    const opened = await dial(server.refusingPort, { use: 'never' });
    assert.ok(!opened.ok);
    assert.deepEqual(
      [opened.failure.phase, opened.failure.code, opened.failure.reply?.code, opened.failure.reply?.enhanced],
      ['greeting', 'refused', 554, '5.7.1'],
    );
  });

  test('HELO where EHLO is not understood', async () => {
    await using server = await scriptedServer(async (socket, line) => {
      socket.write('220 old.test\r\n');
      assert.equal(await line(), 'EHLO client.test');
      socket.write('502 what?\r\n');
      assert.equal(await line(), 'HELO client.test');
      socket.write('250 old.test\r\n');
    });
    const opened = await dial(server.port, { use: 'if-offered' });
    assert.ok(opened.ok);
    assert.equal(opened.connection.extensions.pipelining, false);
    opened.connection.destroy();
  });

  test('not SMTP at all', async () => {
    await using server = await scriptedServer(
      async (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n'),
    );
    const opened = await dial(server.port, { use: 'never' });
    assert.ok(!opened.ok);
    assert.deepEqual([opened.failure.phase, opened.failure.code], ['greeting', 'protocol']);
  });

  test('replies slipped in before TLS end the connection', async () => {
    await using server = await scriptedServer(async (socket, line) => {
      socket.write('220 evil.test\r\n');
      await line();
      socket.write('250-evil.test\r\n250 STARTTLS\r\n');
      await line();
      socket.write('220 go\r\n250 evil.test\r\n');
    });
    const opened = await dial(server.port, { use: 'required' });
    assert.ok(!opened.ok);
    assert.deepEqual([opened.failure.phase, opened.failure.code], ['starttls', 'protocol']);
  });

  test('silence, and the signal of the caller', async () => {
    await using server = await scriptedServer(async () => undefined);
    const silent = await dial(server.port, { use: 'never' }, { timeouts: { greeting: 30 } });
    assert.ok(!silent.ok);
    assert.deepEqual([silent.failure.phase, silent.failure.code], ['greeting', 'timeout']);
    const aborting = new AbortController();
    const opening = dial(server.port, { use: 'never' }, { signal: aborting.signal });
    setImmediate(() => aborting.abort());
    const aborted = await opening;
    assert.ok(!aborted.ok);
    assert.equal(aborted.failure.code, 'aborted');
    const before = await dial(server.port, { use: 'never' }, { signal: AbortSignal.abort() });
    assert.ok(!before.ok);
    assert.equal(before.failure.code, 'aborted');
  });
});
