import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDnsServers, parseResolvConf } from './servers.ts';

test('reads a list of servers', () => {
  assert.deepEqual(parseDnsServers('127.0.0.53, 192.0.2.1:5353,[::1]:54,2001:db8::1'), [
    { address: '127.0.0.53', port: 53, loopback: true },
    { address: '192.0.2.1', port: 5353, loopback: false },
    { address: '::1', port: 54, loopback: true },
    { address: '2001:db8::1', port: 53, loopback: false },
  ]);
});

test('names the entry that is wrong', () => {
  for (const setting of [
    '',
    'dns.example.org',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1,',
    '[127.0.0.1',
  ]) {
    assert.throws(() => parseDnsServers(setting), RangeError, setting);
  }
});

test('reads the nameservers of a resolv.conf', () => {
  const text =
    '# nameserver 192.0.2.9\nsearch test\nnameserver 192.0.2.1\n nameserver\t::1\nnameserver fe80::1%eth0\nnameserver bad\n';
  assert.deepEqual(
    parseResolvConf(text).map((server) => server.address),
    ['192.0.2.1', '::1'],
  );
});
