// What we publish about our transport, asked for over real HTTPS as others ask: by our own fetcher, by our own reporter, by curl.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { listTlsReports } from '#contract/deliverability.ts';
import { createReportPost } from '#modules/deliverability/post-report.ts';
import { fetchStsPolicy } from '#modules/protection/fetch-sts-policy.ts';
import { systemClock } from '#platform/clock/clock.ts';
import { createResolver, parseDnsServers, type Resolver } from '#platform/dns/index.ts';
import { packTlsReport } from '#protocols/tls-rpt/index.ts';
import { startDnsServer } from '../../lab/dns/dns-server.ts';
import { a } from '../../lab/dns/zone.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { testAuthority } from '../support/certificates.ts';
import { runProgram } from '../support/run-program.ts';
import { signInStaff } from '../support/staff-person.ts';

const domain = 'lakeside.test';
const host = `mta-sts.${domain}`;

suite('our transport, seen from outside', { concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  let carepost: RunningCarepost;
  let resolver: Resolver;
  let port: number;
  let authority: Awaited<ReturnType<typeof testAuthority>>;

  before(async () => {
    carepost = stack.use(await startCarepost());
    authority = await testAuthority();
    const inside = new URL(carepost.url);
    // The reverse proxy that an operator has: TLS ends there, the name that was asked for goes on.
    const proxy = createServer(await authority.issue(host), (asked, answer) => {
      const { method, url, headers } = asked;
      const on = request({ host: inside.hostname, port: inside.port, method, path: url, headers });
      on.on('response', (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      });
      asked.pipe(on);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    stack.defer(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const bound = proxy.address();
    port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
    const dns = stack.use(
      await startDnsServer({
        address: '127.0.0.1',
        port: 0,
        zones: [{ name: domain, records: [a(host, '127.0.0.1')] }],
      }),
    );
    resolver = createResolver({ servers: parseDnsServers(dns.server), clock: systemClock });
  });
  after(() => stack.disposeAsync());

  test('our MTA-STS policy counts for our own fetcher', async () => {
    const fetched = await fetchStsPolicy(domain, { resolver, trusted: [authority.certificate], port });
    assert.ok(fetched.ok);
    assert.deepEqual(fetched.policy.mx.length, 1);
    assert.equal(fetched.policy.mode, 'testing');
  });

  test('and is what curl gets, which verifies the name by itself', async () => {
    const ca = join(carepost.dataFolder, 'authority.pem');
    await writeFile(ca, authority.certificate);
    const { output, code } = await runProgram('curl', [
      '--silent',
      '--show-error',
      '--cacert',
      ca,
      '--resolve',
      `${host}:${port}:127.0.0.1`,
      `https://${host}:${port}/.well-known/mta-sts.txt`,
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /^version: STSv1\r\nmode: testing\r\nmx: \S+\r\nmax_age: 86400\r\n$/);
  });

  test('a TLS report posted over HTTPS by our reporter is read by us', async () => {
    const report = packTlsReport({
      organization: 'Elsewhere',
      contact: 'postmaster@elsewhere.test',
      reportId: 'one@elsewhere.test',
      from: new Date('2026-11-23T00:00:00Z'),
      to: new Date('2026-11-23T23:59:59Z'),
      policies: [
        {
          type: 'sts',
          domain,
          policy: ['version: STSv1', 'mode: testing'],
          mxHosts: ['mx.lakeside.test'],
          succeeded: 40,
          failed: 2,
          failures: [{ result: 'certificate-expired', sessions: 2 }],
        },
      ],
    });
    const post = createReportPost({ resolver, trusted: [authority.certificate], allowPrivate: true });
    assert.equal(await post(new URL(`https://${host}:${port}/api/v1/tls-reports/${domain}`), report), true);
    const user = carepost.lab.users.find(({ role }) => role === 'administrator');
    const admin = await signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
    const { items } = await admin.call(listTlsReports, { query: {} });
    assert.partialDeepStrictEqual(items, [
      { domain, submitter: 'Elsewhere', succeeded: 40, failed: 2, cameBy: 'https' },
    ]);
  });
});
