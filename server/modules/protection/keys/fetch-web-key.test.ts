import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { after, test } from 'node:test';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { isPublic } from '#platform/https/index.ts';
import { webKeyHash } from '#protocols/openpgp/index.ts';
import { startDnsServer } from '../../../../lab/dns/dns-server.ts';
import { a, type Zone } from '../../../../lab/dns/zone.ts';
import { testAuthority } from '../../../../test/support/certificates.ts';
import { testClock } from '../../../../test/support/clock.ts';
import { fetchWebKey } from './fetch-web-key.ts';

const authority = await testAuthority();
const hosts = ['openpgpkey.advanced.test', 'direct.test', 'openpgpkey.both.test', 'both.test'] as const;
const asked: string[] = [];
const server = createServer(await authority.issue(...hosts), (request, response) => {
  const { host = '' } = request.headers;
  asked.push(`${host.split(':')[0]}${request.url}`);
  if (request.url?.includes('elsewhere')) response.writeHead(302, { location: 'https://direct.test/' }).end();
  else if (request.url?.includes('endless')) response.end(Buffer.alloc(300_000));
  else if (host.startsWith('openpgpkey.both')) response.writeHead(404).end();
  else response.end('a key');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
const bound = server.address();
const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;

const zone = (name: string, ...names: string[]): Zone => ({
  name,
  records: names.map((each) => a(each, '127.0.0.1')),
});
const dns = await startDnsServer({
  address: '127.0.0.1',
  port: 0,
  zones: [
    zone('advanced.test', 'openpgpkey.advanced.test'),
    zone('direct.test', 'direct.test'),
    zone('both.test', 'openpgpkey.both.test', 'both.test'),
    zone('wrong.test', 'wrong.test'),
    { name: 'broken.test', records: [], behaviour: 'fails' },
  ],
});
after(() => dns[Symbol.asyncDispose]());
const resolver = createResolver({
  servers: parseDnsServers(dns.server),
  clock: testClock(),
  timeoutMs: 500,
  rounds: 1,
});
const fetched = (given: string, allowPrivate = true) =>
  fetchWebKey({ resolver, webKeys: { port, trusted: [authority.certificate], allowPrivate } }, given);
const outcomeOf = async (given: string) => (await fetched(given)).outcome;

test('the advanced place is asked, the direct one only where the host of the first does not exist', async () => {
  const hash = webKeyHash('jo');
  asked.length = 0;
  equal(await outcomeOf('jo@advanced.test'), 'found');
  equal(await outcomeOf('jo@direct.test'), 'found');
  equal(await outcomeOf('jo@both.test'), 'none');
  deepEqual(asked, [
    `openpgpkey.advanced.test/.well-known/openpgpkey/advanced.test/hu/${hash}?l=jo`,
    `direct.test/.well-known/openpgpkey/hu/${hash}?l=jo`,
    `openpgpkey.both.test/.well-known/openpgpkey/both.test/hu/${hash}?l=jo`,
  ]);
});

test('no certificate, a redirect, too much, broken DNS: failed, and asked again later', async () => {
  equal(await outcomeOf('jo@wrong.test'), 'failed');
  equal(await outcomeOf('elsewhere@direct.test'), 'failed');
  equal(await outcomeOf('endless@direct.test'), 'failed');
  equal(await outcomeOf('jo@broken.test'), 'failed');
  equal(await outcomeOf('jo@nowhere.test'), 'none');
  equal(await outcomeOf('jo@[127.0.0.1]'), 'none');
});

test('nobody is asked inside this network', async () => {
  asked.length = 0;
  deepEqual(await fetched('jo@direct.test', false), { outcome: 'none' });
  deepEqual(asked, []);
  const inside =
    '127.0.0.1 10.1.2.3 172.20.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ' +
    '192.0.2.1 ::1 :: fe80::1 fd00::1 ff02::1 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1:: 2001:db8::1';
  for (const address of inside.split(' ')) equal(isPublic(address), false, address);
  for (const outside of ['93.184.216.34', '8.8.8.8', '2606:2800:220:1::1']) equal(isPublic(outside), true);
});
