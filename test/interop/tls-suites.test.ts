// What OpenSSL can agree on with our SMTP listeners and our SMTP client: TLS 1.2 and 1.3 with good suites, nothing else.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSmtpServer, openSmtpConnection, smtpReply } from '#protocols/smtp/index.ts';
import { testAuthority } from '../support/certificates.ts';
import { freePorts } from '../support/free-port.ts';
import { listening } from '../support/postfix.ts';
import { runProgram } from '../support/run-program.ts';

const authority = await testAuthority();
const certificate = await authority.issue('mx.test');
const ok = smtpReply(250, '2.0.0', 'OK');

/** Security level 0, so that it is us who refuse. */
const attempts = [
  { parameters: ['-tls1_3'], agreed: /^New, TLSv1\.3, Cipher is TLS_/m },
  { parameters: ['-tls1_2'], agreed: /^New, TLSv1\.2, Cipher is ECDHE-\S+(?:GCM|CHACHA20)/m },
  { parameters: ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], agreed: null },
  { parameters: ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'], agreed: null },
  { parameters: ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0'], agreed: null },
  { parameters: ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0'], agreed: null },
  { parameters: ['-tls1_2', '-cipher', 'AES256-GCM-SHA384:@SECLEVEL=0'], agreed: null },
  { parameters: ['-tls1_2', '-cipher', 'aNULL:eNULL:@SECLEVEL=0'], agreed: null },
] as const;

for (const tlsMode of ['starttls', 'implicit'] as const) {
  test(`openssl s_client, ${tlsMode}: good suites of TLS 1.2 and 1.3, and nothing else`, async () => {
    const server = createSmtpServer(
      { hostname: 'mx.test', tls: certificate, tlsMode },
      { connect: () => ({ mail: () => ok, recipient: () => ok, content: () => ok }) },
    );
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    for (const { parameters, agreed } of attempts) {
      const mode = tlsMode === 'starttls' ? ['-starttls', 'smtp'] : [];
      const { output } = await runProgram(
        '/usr/bin/openssl',
        ['s_client', '-connect', `127.0.0.1:${port}`, ...mode, ...parameters],
        'QUIT\r\n',
      );
      if (agreed === null)
        assert.doesNotMatch(output, /^New, TLSv1\S*, Cipher is [A-Z]/m, parameters.join(' '));
      else assert.match(output, agreed, parameters.join(' '));
    }
    await server.close(0);
  });
}

test('openssl s_server: our client agrees on good suites only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'suites-'));
  after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'key.pem'), certificate.key);
  await writeFile(join(folder, 'cert.pem'), certificate.cert);
  for (const [parameters, agreed] of [
    [['-tls1_3'], true],
    [['-tls1_2'], true],
    [['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], false],
    [['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0'], false],
    [['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0'], false],
  ] as const) {
    const [port = 0] = await freePorts(1);
    const files = ['-key', join(folder, 'key.pem'), '-cert', join(folder, 'cert.pem')];
    const server = spawn(
      '/usr/bin/openssl',
      ['s_server', '-accept', `127.0.0.1:${port}`, '-quiet', ...files, ...parameters],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    server.stdin.on('error', () => undefined);
    await listening('127.0.0.1', port);
    server.stdin.write('220 mx.test ESMTP\r\n');
    const opened = await openSmtpConnection({
      host: 'mx.test',
      address: '127.0.0.1',
      port,
      localName: 'us.test',
      tls: { use: 'implicit', trusted: [authority.certificate] },
      timeouts: { greeting: 1_500, command: 300 },
    });
    const tls = opened.ok ? opened.connection.tls : opened.failure.tls;
    assert.equal(tls !== null, agreed, parameters.join(' '));
    if (opened.ok) opened.connection.destroy();
    server.kill('SIGKILL');
  }
});
