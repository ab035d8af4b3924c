import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { orderHosts, type HostOrder, type MailHost } from './order-hosts.ts';

const host = (name: string, preference: number, ...addresses: string[]): MailHost => ({
  host: name,
  preference,
  addresses,
});
const order = (change: Partial<HostOrder> = {}): HostOrder => ({
  failedLately: () => false,
  open: () => false,
  random: () => 0,
  ...change,
});
const addressesOf = (hosts: MailHost[], by: HostOrder) => orderHosts(hosts, by).map(({ address }) => address);

test('by preference; IPv6 and IPv4 of one host in turn', () => {
  const hosts = [
    host('b', 20, '192.0.2.9'),
    host('a', 10, '2001:db8::1', '2001:db8::2', '192.0.2.1', '192.0.2.2'),
  ];
  assert.deepEqual(addressesOf(hosts, order()), [
    '2001:db8::1',
    '192.0.2.1',
    '2001:db8::2',
    '192.0.2.2',
    '192.0.2.9',
  ]);
});

test('equal ones at random, but one with an open connection first', () => {
  const hosts = [host('a', 10, '192.0.2.1'), host('b', 10, '192.0.2.2')];
  const draws = [0.9, 0.1];
  assert.deepEqual(addressesOf(hosts, order({ random: () => draws.shift() ?? 0 })), [
    '192.0.2.2',
    '192.0.2.1',
  ]);
  assert.deepEqual(addressesOf(hosts, order({ open: (address) => address === '192.0.2.2' })), [
    '192.0.2.2',
    '192.0.2.1',
  ]);
});

test('what did not answer lately is asked last, and still asked', () => {
  const hosts = [host('a', 10, '192.0.2.1'), host('b', 20, '192.0.2.2')];
  assert.deepEqual(addressesOf(hosts, order({ failedLately: (address) => address === '192.0.2.1' })), [
    '192.0.2.2',
    '192.0.2.1',
  ]);
});

test('equal servers share the load', () => {
  const hosts = [host('a', 10, '192.0.2.1'), host('b', 10, '192.0.2.2')];
  const first = new Set(
    Array.from({ length: 200 }, () => addressesOf(hosts, order({ random: Math.random }))[0]),
  );
  assert.equal(first.size, 2);
});

test('nothing is asked twice, and nobody of lower preference before one that answers', () => {
  const anyHost = fc.record({
    host: fc.uuid(),
    preference: fc.nat(3),
    addresses: fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(anyHost, { maxLength: 6, selector: ({ host: name }) => name }), (hosts) => {
      const asked = orderHosts(hosts, order({ random: Math.random }));
      const preferences = asked.map(
        ({ host: name }) => hosts.find((each) => each.host === name)?.preference ?? -1,
      );
      assert.deepEqual(
        preferences,
        preferences.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(asked.map((each) => JSON.stringify(each))).size, asked.length);
    }),
  );
});
