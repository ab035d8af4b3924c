import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { restoreSender, rewriteSender } from './index.ts';

const key = createSecretKey(Buffer.alloc(32, 7));
const other = createSecretKey(Buffer.alloc(32, 8));
const now = new Date('2026-11-24T10:00:00Z');
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);
const ours = { domain: 'clinic.test', key, now };
const localOf = (address: string | null): string =>
  (address ?? '').slice(0, (address ?? '').lastIndexOf('@'));

test('a sender becomes an address of ours, and is found again', () => {
  const address = rewriteSender('patient=x@outside.test', ours);
  match(address ?? '', /^SRS0=[a-z2-7]{12}=[a-z2-7]{2}=outside\.test=patient=x@clinic\.test$/);
  deepEqual(restoreSender(localOf(address), ours), { ok: true, address: 'patient=x@outside.test' });
  equal(rewriteSender('', ours), '');
});

test('what a forwarder rewrote leads back to the first, and grows no more with each step', () => {
  const first = rewriteSender('a@outside.test', { domain: 'first.test', key: other, now }) ?? '';
  const second = rewriteSender(first, ours) ?? '';
  match(second, /^SRS1=[a-z2-7]{12}=first\.test==[a-z2-7]{12}=..=outside\.test=a@clinic\.test$/);
  deepEqual(restoreSender(localOf(second), ours), { ok: true, address: first });
  const third = rewriteSender(second, { domain: 'third.test', key: other, now }) ?? '';
  equal(third.length - 'third.test'.length, second.length - 'clinic.test'.length);
  deepEqual(restoreSender(localOf(third), { domain: 'third.test', key: other, now }), {
    ok: true,
    address: first,
  });
  const plus = rewriteSender('SRS0+hash=tt=x.test=a@first.test', ours);
  deepEqual(restoreSender(localOf(plus), ours), { ok: true, address: 'SRS0+hash=tt=x.test=a@first.test' });
});

test('believed for 21 days; forged, of another domain or key, never', () => {
  const local = localOf(rewriteSender('a@outside.test', ours));
  for (const [at, expected] of [
    [days(21), true],
    [days(22), false],
    [days(-1), true],
    [days(-2), false],
  ] as const)
    equal(restoreSender(local, { ...ours, now: at }).ok, expected);
  deepEqual(restoreSender(local, { ...ours, now: days(30) }), { ok: false, because: 'expired' });
  const forged = { ok: false, because: 'forged' };
  deepEqual(restoreSender(local, { ...ours, key: other }), forged);
  deepEqual(restoreSender(local, { ...ours, domain: 'other.test' }), forged);
  deepEqual(restoreSender(local.replace('SRS0', 'SRS1'), ours), forged);
  deepEqual(restoreSender(local.replace('outside', 'victim'), ours), forged);
  deepEqual(restoreSender('SRS0==', ours), forged);
  deepEqual(restoreSender('srs-department', ours), { ok: false, because: 'not-srs' });
});

test('what fits into no such address is not rewritten', () => {
  for (const sender of ['"a b"@x.test', 'a@[192.0.2.1]', `${'a'.repeat(230)}@x.test`, 'no-address'])
    equal(rewriteSender(sender, ours), null);
});

test('property: any sender comes back, whatever is done to the case; any change of a character is seen', () => {
  const atom = fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~é-]{1,30}$/);
  const domain = fc.stringMatching(/^[a-z0-9]{1,20}\.test$/);
  fc.assert(
    fc.property(atom, domain, fc.nat(), (local, from, place) => {
      const sender = `${local}@${from}`;
      const written = localOf(rewriteSender(sender, ours));
      const back = restoreSender(written.toUpperCase(), ours);
      ok(back.ok);
      equal(back.address.toLowerCase(), sender.toLowerCase());
      const at = place % written.length;
      const changed = `${written.slice(0, at)}${written[at] === '0' ? '9' : '0'}${written.slice(at + 1)}`;
      const found = restoreSender(changed, ours);
      notEqual(found.ok && found.address, sender);
      ok(!found.ok);
    }),
  );
});

test('property: total on anything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      ok(!restoreSender(text, ours).ok && !restoreSender(`SRS0=${text}`, ours).ok);
      const rewritten = rewriteSender(text, ours);
      ok(rewritten === null || rewritten === '' || !/\s/.test(rewritten));
    }),
  );
});
