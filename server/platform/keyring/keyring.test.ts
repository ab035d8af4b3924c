import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/database.ts';

const db = await testDatabase();
/** After four bytes of version. */
const saltOf = (sealed: Buffer) => sealed.toString('hex', 4, 20);
const nonceOf = (sealed: Buffer) => sealed.toString('hex', 20, 32);

test('a derived key seals at most a thousand values, of one purpose, each under a nonce of its own', async () => {
  const organizationId = db.newOrganization();
  const sealed: Buffer[] = [];
  for (let n = 0; n < 1_001; n++)
    sealed.push(await db.keyring.seal(organizationId, 'test.field', 'the same'));
  const salts = Map.groupBy(sealed, saltOf);
  assert.deepEqual(
    [...salts.values()].map(({ length }) => length),
    [1_000, 1],
  );
  assert.equal(new Set(sealed.map(nonceOf)).size, 1_001);
  const elsewhere = await db.keyring.seal(organizationId, 'test.other', 'the same');
  assert.ok(!salts.has(saltOf(elsewhere)));
});

test('what was sealed under more keys than are kept opens in any order', async () => {
  const organizationId = db.newOrganization();
  const purposes = Array.from({ length: 150 }, (_, n) => `test.field-${n}`);
  const sealed = await Promise.all(
    purposes.map(async (purpose) => ({
      purpose,
      value: await db.keyring.seal(organizationId, purpose, purpose),
    })),
  );
  for (const { purpose, value } of [...sealed, ...sealed.toReversed()])
    assert.equal(await db.keyring.openText(organizationId, purpose, value), purpose);
  // The same salt under another purpose is another key, known or not.
  const [first, second] = sealed;
  assert.ok(first !== undefined && second !== undefined);
  await assert.rejects(db.keyring.openText(organizationId, second.purpose, first.value), {
    code: 'sealed-value-damaged',
  });
});
