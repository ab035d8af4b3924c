import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Id, OrganizationId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { createGate } from './gate.ts';
import { decodeToken, encodeToken, isSecretOf, mintToken } from './opaque-token.ts';
import { networkOf } from './sign-in-limits.ts';
import { mintSpokenSecret, readSpokenSecret } from './spoken-secret.ts';

test('a token names its row and carries a secret that only its digest knows', () => {
  const id = newId<Id<'thing'>>();
  const organizationId = newId<OrganizationId>();
  const { token, digest } = mintToken(id, organizationId);
  const decoded = decodeToken<Id<'thing'>>(token);
  deepEqual([decoded?.id, decoded?.organizationId], [id, organizationId]);
  ok(decoded !== undefined && isSecretOf(digest, decoded.secret));
  equal(isSecretOf(digest, Buffer.alloc(32)), false);
  equal(encodeToken(decoded), token);
});

test('whatever text comes as a token is read or refused, never thrown over', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void decodeToken(text)));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
      const decoded = decodeToken(Buffer.from(bytes).toString('base64url'));
      ok(decoded !== undefined);
      match(decoded.organizationId, /^[0-9a-f-]{36}$/);
    }),
  );
});

test('a spoken secret survives how people type', () => {
  for (let n = 0; n < 50; n++) {
    const secret = mintSpokenSecret();
    const plain = secret.replaceAll('-', '');
    for (const typed of [
      secret,
      plain,
      secret.toUpperCase(),
      secret.replaceAll('-', ' '),
      ` ${secret} `,
      plain.replaceAll('0', 'o').replaceAll('1', 'l'),
    ]) {
      equal(readSpokenSecret(typed), plain);
    }
  }
  for (const other of ['', 'wrong', `${mintSpokenSecret()}x`, 'u'.repeat(20), 'x'.repeat(5000)])
    equal(readSpokenSecret(other), undefined);
});

test('the gate lets some in, makes some wait and turns the rest away', async () => {
  const gate = createGate({ running: 2, waiting: 3 });
  const held = Promise.withResolvers<void>();
  let active = 0;
  let most = 0;
  const enter = () =>
    gate.run(async () => {
      most = Math.max(most, ++active);
      await held.promise;
      active--;
      return 'done';
    });
  const entries = Array.from({ length: 7 }, enter);
  deepEqual(await Promise.all(entries.slice(5)), [undefined, undefined]);
  held.resolve();
  deepEqual(
    await Promise.all(entries.slice(0, 5)),
    Array.from({ length: 5 }, () => ({ value: 'done' })),
  );
  equal(most, 2);
  deepEqual(await enter(), { value: 'done' });
});

test('a failure inside the gate gives its place back', async () => {
  const gate = createGate({ running: 1, waiting: 0 });
  for (let n = 0; n < 3; n++) {
    const failed = await gate.run(() => Promise.reject(new Error('x'))).catch((error: unknown) => error);
    ok(failed instanceof Error);
  }
  deepEqual(await gate.run(async () => 1), { value: 1 });
});

test('a network is one IPv4 address or one IPv6 /64', () => {
  equal(networkOf('192.0.2.1'), '192.0.2.1');
  equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  equal(networkOf('2001:db8:1:2:3:4:5:6'), networkOf('2001:db8:1:2::1'));
  ok(networkOf('2001:db8:1:3::1') !== networkOf('2001:db8:1:2::1'));
  equal(networkOf('not an address'), 'unknown');
});
