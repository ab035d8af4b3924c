import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { startDnsServer } from '../../../lab/dns/dns-server.ts';
import { a, cname, mx, txt, type Zone } from '../../../lab/dns/zone.ts';
import { createResolver, parseDnsServers, type ResolverOptions } from './index.ts';

const zones: Zone[] = [
  {
    name: 'clinic.test',
    records: [
      mx('clinic.test', 'mx2.clinic.test', 20),
      mx('clinic.test', 'MX1.clinic.test', 10),
      a('mx1.clinic.test', '192.0.2.1'),
      { type: 'AAAA', name: 'mx1.clinic.test', ttl: 30, data: '2001:db8::1' },
      txt('clinic.test', 'v=spf1 ', '-all'),
      cname('www.clinic.test', 'web.partner.test'),
      cname('loop.clinic.test', 'loop.clinic.test'),
    ],
  },
  { name: 'partner.test', records: [a('web.partner.test', '192.0.2.7')] },
  { name: 'nomail.test', records: [mx('nomail.test', '.', 0)] },
  {
    name: 'large.test',
    records: Array.from({ length: 60 }, (_, i) => txt('large.test', `${i} `.padEnd(200, 'x'))),
  },
  { name: 'signed.test', signed: true, records: [mx('signed.test', 'mx.signed.test')] },
  { name: 'bogus.test', behaviour: 'fails', records: [] },
  { name: 'refused.test', behaviour: 'refuses', records: [] },
  { name: 'silent.test', behaviour: 'is-silent', records: [] },
  { name: 'bücher.test', records: [] },
  { name: 'xn--bcher-kva.test', records: [a('xn--bcher-kva.test', '192.0.2.8')] },
];

const dns = await startDnsServer({ address: '127.0.0.1', port: 0, zones });
after(() => dns[Symbol.asyncDispose]());

let now = new Date('2026-01-01T00:00:00Z');
function resolver(options: Partial<ResolverOptions> = {}) {
  return createResolver({
    servers: parseDnsServers(dns.server),
    clock: { now: () => now },
    timeoutMs: 200,
    ...options,
  });
}

test('mail exchangers come best first, in lower case', async () => {
  assert.deepEqual(await resolver().mx('Clinic.TEST'), {
    kind: 'found',
    records: [
      { preference: 10, exchange: 'mx1.clinic.test' },
      { preference: 20, exchange: 'mx2.clinic.test' },
    ],
    secure: false,
    ttl: 60,
  });
});

test('a domain without mail says so (RFC 7505)', async () => {
  assert.deepEqual(await resolver().mx('nomail.test'), { kind: 'null-mx' });
});

test('addresses of both families are one answer', async () => {
  const answer = await resolver().addresses('mx1.clinic.test');
  assert.deepEqual(answer, { kind: 'found', records: ['2001:db8::1', '192.0.2.1'], secure: false, ttl: 30 });
});

test('the strings of a TXT record are joined', async () => {
  const answer = await resolver().txt('clinic.test');
  assert.deepEqual(answer.kind === 'found' && answer.records, ['v=spf1 -all']);
});

test('aliases are followed, and can be asked for themselves', async () => {
  const followed = await resolver().a('www.clinic.test');
  assert.deepEqual(followed.kind === 'found' && followed.records, ['192.0.2.7']);
  const alias = await resolver().cname('www.clinic.test');
  assert.deepEqual(alias.kind === 'found' && alias.records, ['web.partner.test']);
  assert.deepEqual(await resolver().a('loop.clinic.test'), { kind: 'no-data' });
});

test('no data, no such domain and no name at all are told apart', async () => {
  assert.deepEqual(await resolver().txt('mx1.clinic.test'), { kind: 'no-data' });
  assert.deepEqual(await resolver().mx('nowhere.invalid'), { kind: 'no-such-domain' });
  assert.deepEqual(await resolver().mx('not a name'), { kind: 'no-such-domain' });
});

test('international names are asked for as A-labels', async () => {
  const answer = await resolver().a('BÜCHER.test');
  assert.deepEqual(answer.kind === 'found' && answer.records, ['192.0.2.8']);
});

test('an answer too large for UDP comes by TCP', async () => {
  const before = dns.asked.tcp;
  const answer = await resolver().txt('large.test');
  assert.equal(answer.kind === 'found' && answer.records.length, 60);
  assert.equal(dns.asked.tcp, before + 1);
});

test('failure is temporary, and says which', async () => {
  assert.deepEqual(await resolver().mx('bogus.test'), { kind: 'temporary', because: 'server-failure' });
  assert.deepEqual(await resolver().mx('refused.test'), { kind: 'temporary', because: 'refused' });
  assert.deepEqual(await resolver({ timeoutMs: 30, rounds: 1 }).mx('silent.test'), {
    kind: 'temporary',
    because: 'timeout',
  });
});

test('a dead server is followed by the next', async () => {
  const dead = createSocket('udp4').bind(0, '127.0.0.1');
  await once(dead, 'listening');
  const closedPort = dead.address().port;
  dead.close();
  const servers = parseDnsServers(`127.0.0.1:${closedPort},${dns.server}`);
  assert.equal((await resolver({ servers }).mx('clinic.test')).kind, 'found');
  assert.deepEqual(await resolver({ servers: servers.slice(0, 1) }).mx('clinic.test'), {
    kind: 'temporary',
    because: 'unreachable',
  });
});

test('the AD bit counts from a server on this machine only', async () => {
  const answer = await resolver().mx('signed.test');
  assert.equal(answer.kind === 'found' && answer.secure, true);
  const remote = parseDnsServers(dns.server).map((server) => ({ ...server, loopback: false }));
  const unproven = await resolver({ servers: remote }).mx('signed.test');
  assert.equal(unproven.kind === 'found' && unproven.secure, false);
});

test('answers are kept for their time, and asked for once', async () => {
  const caching = resolver();
  const before = dns.asked.udp;
  await Promise.all([caching.mx('clinic.test'), caching.mx('clinic.test')]);
  await caching.mx('CLINIC.test');
  assert.equal(dns.asked.udp, before + 1);
  await caching.mx('nowhere.invalid');
  await caching.mx('nowhere.invalid');
  assert.equal(dns.asked.udp, before + 2, 'no such domain is kept too');
  now = new Date(now.getTime() + 61_000);
  await caching.mx('clinic.test');
  assert.equal(dns.asked.udp, before + 3);
  await caching.mx('bogus.test');
  await caching.mx('bogus.test');
  assert.equal(dns.asked.udp, before + 7, 'failures are not kept: two rounds each');
});

test('packets that do not answer the question are waited past', async () => {
  await using forger = await startForger((query) => {
    const question = query.questions?.[0];
    assert.ok(question !== undefined && query.id !== undefined);
    const answers = [a(question.name, '203.0.113.66')];
    const right = {
      type: 'response' as const,
      id: query.id,
      questions: [question],
      answers: [a(question.name, '192.0.2.1')],
    };
    return [
      Buffer.from('not a packet'),
      dnsPacket.encode({ ...right, id: (query.id + 1) & 0xffff, answers }),
      dnsPacket.encode({ ...right, questions: [{ type: 'A', name: 'other.test' }], answers }),
      dnsPacket.encode({ ...right, type: 'query', answers }),
      dnsPacket.encode(right),
    ];
  });
  const answer = await resolver({ servers: parseDnsServers(forger.server) }).a('mx1.clinic.test');
  assert.deepEqual(answer.kind === 'found' && answer.records, ['192.0.2.1']);
});

test('a server that does not know EDNS is asked without', async () => {
  await using old = await startForger((query) => {
    const edns = query.additionals?.some((record) => record.type === 'OPT');
    const question = query.questions?.[0];
    assert.ok(question !== undefined && query.id !== undefined);
    if (edns === true) return [dnsPacket.encode({ type: 'response', id: query.id, flags: 1 })];
    return [
      dnsPacket.encode({
        type: 'response',
        id: query.id,
        questions: [question],
        answers: [a(question.name, '192.0.2.3')],
      }),
    ];
  });
  const answer = await resolver({ servers: parseDnsServers(old.server) }).a('mx1.clinic.test');
  assert.deepEqual(answer.kind === 'found' && answer.records, ['192.0.2.3']);
});

/** A UDP server that replies with whatever packets the test makes. */
async function startForger(reply: (query: dnsPacket.DecodedPacket) => Buffer[]) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (bytes, peer) => {
    for (const packet of reply(dnsPacket.decode(bytes))) socket.send(packet, peer.port, peer.address);
  });
  return {
    server: `127.0.0.1:${socket.address().port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => socket.close(done)),
  };
}
