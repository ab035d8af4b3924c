import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { after, test } from 'node:test';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { startDnsServer } from '../../../lab/dns/dns-server.ts';
import { a } from '../../../lab/dns/zone.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { testClock } from '../../../test/support/clock.ts';
import { createReportPost } from './post-report.ts';

const authority = await testAuthority();
const taken: { url: string; headers: IncomingHttpHeaders; body: Buffer }[] = [];
const server = createServer(await authority.issue('reports.test'), (request, response) => {
  void (async () => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    taken.push({ url: request.url ?? '', headers: request.headers, body });
    const status = { '/moved': 302, '/full': 503 }[request.url ?? ''] ?? 201;
    response.writeHead(status, status === 302 ? { location: 'https://reports.test/' } : {}).end();
  })();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
const bound = server.address();
const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;

const names = ['reports.test', 'stranger.test'];
const dns = await startDnsServer({
  address: '127.0.0.1',
  port: 0,
  zones: names.map((name) => ({ name, records: [a(name, '127.0.0.1')] })),
});
after(() => dns[Symbol.asyncDispose]());
const resolver = createResolver({ servers: parseDnsServers(dns.server), clock: testClock() });
const posting = (allowPrivate: boolean) =>
  createReportPost({ resolver, trusted: [authority.certificate], allowPrivate });
const report = Buffer.from('packed');

test('a report is posted as it is, with its query', async () => {
  equal(await posting(true)(new URL(`https://reports.test:${port}/v1?from=us`), report), true);
  const [last] = taken.splice(0);
  equal(last?.url, '/v1?from=us');
  equal(last?.headers['content-type'], 'application/tlsrpt+gzip');
  equal(last?.headers.host, `reports.test:${port}`);
  deepEqual(last?.body, report);
});

test('what is not taken, moved, or not proven to be the host, is not posted', async () => {
  for (const path of ['moved', 'full'])
    equal(await posting(true)(new URL(`https://reports.test:${port}/${path}`), report), false, path);
  equal(taken.splice(0).length, 2); // a redirect is not followed
  for (const host of ['stranger.test', 'nowhere.test'])
    equal(await posting(true)(new URL(`https://${host}:${port}/`), report), false, host);
  deepEqual(taken, []);
});

test('outside the lab nothing is posted to an address of this network', async () => {
  for (const host of ['reports.test', '127.0.0.1', '[::1]', 'localhost'])
    equal(await posting(false)(new URL(`https://${host}:${port}/`), report), false, host);
  deepEqual(taken, []);
});
