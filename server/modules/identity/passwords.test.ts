import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { IdentityError } from './errors.ts';
import { createPasswords } from './passwords.ts';

test('a flood of passwords is cut off with when to come back, and the server goes on', async () => {
  const passwords = createPasswords({ memory: 64, passes: 1, parallelism: 1 });
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => passwords.verify('guess', undefined)),
  );
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  equal(refused.length, 100 - 34);
  for (const error of refused) {
    ok(error instanceof IdentityError);
    deepEqual([error.code, error.retryAfter], ['sign-in-busy', 5]);
  }
  equal(await passwords.verify('right', await passwords.hash('right')), true);
});
