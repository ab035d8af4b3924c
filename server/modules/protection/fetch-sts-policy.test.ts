import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { openLabAuthority } from '../../../lab/authority/lab-authority.ts';
import { startDnsServer } from '../../../lab/dns/dns-server.ts';
import { a } from '../../../lab/dns/zone.ts';
import { testClock } from '../../../test/support/clock.ts';
import { fetchStsPolicy } from './fetch-sts-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'carepost-sts-'));
const authority = await openLabAuthority(folder);
const zone = { name: 'sts.test', records: [a('mta-sts.sts.test', '127.0.0.1')] };
const dns = await startDnsServer({ address: '127.0.0.1', port: 0, zones: [zone] });
after(async () => {
  await dns[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const policy = 'version: STSv1\nmode: enforce\nmx: mx.sts.test\nmax_age: 86400\n';
const good: RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': 'text/plain' }).end(policy);

async function fetchFrom(
  answer: RequestListener,
  { certificateFor = 'mta-sts.sts.test', domain = 'sts.test' } = {},
) {
  const server = createServer(await authority.issue(certificateFor), answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const resolver = createResolver({ servers: parseDnsServers(dns.server), clock: testClock() });
  try {
    return await fetchStsPolicy(domain, { resolver, trusted: [authority.certificate], port: address.port });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a policy of the right host, with a certificate for it', async () => {
  assert.deepEqual(await fetchFrom(good), {
    ok: true,
    policy: { mode: 'enforce', mx: ['mx.sts.test'], maxAge: 86_400 },
  });
});

test('what does not count is no policy, and says why (RFC 8460 §4.3.2.2)', async () => {
  assert.deepEqual(
    await fetchFrom(good, { certificateFor: 'sts.test' }),
    { ok: false, problem: 'sts-webpki-invalid' },
    'certificate for another name',
  );
  assert.deepEqual(
    await fetchFrom(good, { domain: 'elsewhere.test' }),
    { ok: false, problem: 'sts-policy-fetch-error' },
    'no host',
  );
  const redirect: RequestListener = (_, response) =>
    response.writeHead(302, { location: '/policy', 'content-type': 'text/plain' }).end(policy);
  assert.deepEqual(
    await fetchFrom(redirect),
    { ok: false, problem: 'sts-policy-fetch-error' },
    'redirects are not followed',
  );
  const page: RequestListener = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(policy);
  assert.deepEqual(
    await fetchFrom(page),
    { ok: false, problem: 'sts-policy-invalid' },
    'another content type',
  );
  const endless: RequestListener = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end(policy.padEnd(70_000, '\n'));
  assert.deepEqual(await fetchFrom(endless), { ok: false, problem: 'sts-policy-fetch-error' }, 'too large');
  const broken: RequestListener = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('mode: enforce');
  assert.deepEqual(await fetchFrom(broken), { ok: false, problem: 'sts-policy-invalid' }, 'no policy in it');
  const gone: RequestListener = (request) => request.socket.destroy();
  assert.deepEqual(await fetchFrom(gone), { ok: false, problem: 'sts-policy-fetch-error' }, 'hung up');
});
