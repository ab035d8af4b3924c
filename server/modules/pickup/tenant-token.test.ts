import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { mintTenantToken, readTenantToken } from './tenant-token.ts';
import { maskAddress } from './mask-address.ts';

const organizationId = newId<OrganizationId>();

test('a token carries its organisation and is found by its digest', () => {
  const { token, digest } = mintTenantToken(organizationId);
  assert.deepEqual(readTenantToken(token), { organizationId, digest });
  assert.match(token, /^[\w-]{54}$/);
});

test('no two tokens share a secret, and the secret has at least 128 bits', () => {
  const secrets = Array.from({ length: 1000 }, () =>
    Buffer.from(mintTenantToken(organizationId).token, 'base64url').subarray(16),
  );
  assert.equal(new Set(secrets.map(String)).size, 1000);
  assert.ok(secrets.every(({ length }) => length * 8 >= 128));
});

test('what is no token is told apart without a look-up', () => {
  const { token } = mintTenantToken(organizationId);
  for (const text of ['', 'x', token.slice(1), `${token}A`, `${token}=`, token.replace(/^./, '+')]) {
    assert.equal(readTenantToken(text), undefined, text);
  }
});

test('a masked address shows one character of the mailbox', () => {
  assert.equal(maskAddress('jane.doe@example.com'), 'j•••@example.com');
  assert.equal(maskAddress('𝒥x@example.com'), '𝒥•••@example.com');
});
