import { equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, isOutdated, recommendedCost, verifyPassword } from './password-hash.ts';
import { weaknessOf } from './password-rules.ts';

const cheap = { memory: 64, passes: 1, parallelism: 1 };

test('a hash is a PHC string of argon2id at the recommended cost', async () => {
  const hash = await hashPassword('marble-otter-quietly-7');
  match(hash, /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  ok(await verifyPassword('marble-otter-quietly-7', hash));
  equal(await verifyPassword('marble-otter-quietly-8', hash), false);
  equal(isOutdated(hash), false);
});

test('a hash is verified at its own cost and known to be outdated', async () => {
  const hash = await hashPassword('marble-otter-quietly-7', cheap);
  ok(await verifyPassword('marble-otter-quietly-7', hash));
  ok(isOutdated(hash, recommendedCost));
});

test('a hash of another program is read (RFC 9106 reference implementation)', async () => {
  const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  ok(await verifyPassword('password', hash));
});

test('the same letters match however they were composed', async () => {
  const hash = await hashPassword('caf\u00e9 at the river', cheap);
  ok(await verifyPassword('cafe\u0301 at the river', hash));
});

test('without a hash nothing matches; what is no hash is refused', async () => {
  equal(await verifyPassword('anything', undefined, cheap), false);
  await rejects(verifyPassword('anything', '$2b$10$abc', cheap), TypeError);
});

const about = ['Robin Example', 'robin@lakeside-clinic.test'];

for (const password of [
  'short',
  'elevenchars',
  'aaaaaaaaaaaaaaaa',
  'abcabcabcabcabc',
  'abcdefghijklmnop',
  '123456789012345',
  'qwertyuiopasdf',
  'Password2026!',
  'P@ssw0rd2026!!',
  'administrator1',
  '!!!letmein!!!2026',
  'Welcome123456!',
  'lakeside-clinic1',
  'RobinExample99',
  'robin.robin.1234',
]) {
  test(`refuses ${password}`, () => ok(weaknessOf(password, about)));
}

for (const password of [
  'marble-otter-quietly-7',
  'correct staple battery moon',
  'Tr0ub4dor&3xyzzy',
  'żółw śpiewa o świcie',
  'r7Kq2pZx9vLm',
  '岩の上の三匹の猫が歌っている',
]) {
  test(`takes ${password}`, () => equal(weaknessOf(password, about), undefined));
}
