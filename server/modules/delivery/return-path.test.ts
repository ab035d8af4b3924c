import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { mintReturnPath, readReturnPath, type ReturnClaim } from './return-path.ts';

const keyring = {
  blindIndex: async (organizationId: string, purpose: string, value: string) =>
    createHmac('sha256', organizationId).update(`${purpose}\0${value}`).digest().subarray(0, 16),
};
const organizationId = newId<OrganizationId>();
const now = new Date('2026-11-24T10:00:00Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
const where = { domain: 'clinic.test', lastTry: now };
const localPartOf = (address: string) => address.slice(0, address.indexOf('@'));
const claims: ReturnClaim[] = [
  { kind: 'one', deliveryId: newId<DeliveryId>() },
  { kind: 'group', deliveryId: newId<DeliveryId>() },
];

test('what was minted is read, in any case, for thirty days', async () => {
  for (const claim of claims) {
    const local = localPartOf(await mintReturnPath(keyring, organizationId, claim, where));
    assert.equal(local.length, 64);
    for (const spelt of [local, local.toUpperCase(), local.toLowerCase()])
      assert.deepEqual(await readReturnPath(keyring, organizationId, spelt, days(30)), claim);
    assert.equal(await readReturnPath(keyring, organizationId, local, days(31)), null);
  }
});

test('another organisation, another letter, another length: nothing', async () => {
  const [claim] = claims;
  assert.ok(claim !== undefined);
  const local = localPartOf(await mintReturnPath(keyring, organizationId, claim, where));
  assert.equal(await readReturnPath(keyring, newId<OrganizationId>(), local, now), null);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 8, max: 63 }),
      fc.constantFrom('a', 'b', 'x', 'y', 'z', '2', '7'),
      async (at, letter) => {
        fc.pre(local[at] !== letter);
        const changed = local.slice(0, at) + letter + local.slice(at + 1);
        assert.equal(await readReturnPath(keyring, organizationId, changed, now), null);
      },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      assert.equal(await readReturnPath(keyring, organizationId, `bounces+${text}`, now), null);
    }),
  );
});
