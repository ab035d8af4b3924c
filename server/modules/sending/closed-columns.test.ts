import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { deliveryStates, RecipientKindSchema } from '#contract/delivery.ts';
import { MessageCategory } from '#contract/messages.ts';
import { roles } from '#contract/permissions.ts';
import { offerEventKinds } from '#contract/pickup.ts';
import { ProtectionSchema } from '#contract/protection.ts';
import { testDatabase } from '../../../test/support/database.ts';

const { database } = await testDatabase();

/** What the database lets into a column, and what the code knows: a new word must be added to both. */
const closed: Record<string, readonly string[]> = {
  'identity.user role': roles,
  'delivery.delivery recipient_kind': RecipientKindSchema.options,
  'delivery.delivery state': deliveryStates,
  'delivery.transition state': deliveryStates,
  'delivery.delivery promised': ProtectionSchema.options,
  'delivery.delivery protection': ProtectionSchema.options,
  'protection.receipt verdict': ProtectionSchema.options,
  'sending.submission category': MessageCategory.options,
  'pickup.receipt kind': offerEventKinds,
};

/** The words of the constraint that is about this column alone. */
async function wordsOf(table: string, column: string): Promise<string[]> {
  const { rows } = await database.acrossTenants((tx) =>
    sql<{ definition: string }>`
      SELECT pg_get_constraintdef(c.oid) AS definition FROM pg_constraint c
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
      WHERE c.contype = 'c' AND c.conrelid = ${table}::regclass AND a.attname = ${column}`.execute(tx),
  );
  return rows.flatMap(({ definition }) =>
    [...definition.matchAll(/'([^']*)'/g)].map(([, word = '']) => word),
  );
}

for (const [place, words] of Object.entries(closed)) {
  test(`${place} takes the words of the contract and no others`, async () => {
    const [table = '', column = ''] = place.split(' ');
    assert.deepEqual((await wordsOf(table, column)).toSorted(), words.toSorted());
  });
}
