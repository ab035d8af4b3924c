import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Doer } from '#modules/audit/index.ts';
import { keyKept } from './audit-trail.ts';
import { KeysError } from './errors.ts';
import { keepKey } from './known-keys.ts';
import type { KeysPorts } from './ports.ts';
import type { ReadKey } from './read-keys.ts';

export interface UploadedKeys {
  readonly organizationId: OrganizationId;
  readonly keys: readonly ReadKey[];
  /** In look-up form; null: every address that a key names. */
  readonly only: string | null;
  readonly trusted: boolean;
}

/** Takes keys into the directory, each for the addresses that it names. Answers those. Throws KeysError 'invalid-key'. */
export async function addKeys(
  tx: Tx,
  ports: Pick<KeysPorts, 'keyring' | 'clock' | 'audit'>,
  { organizationId, keys, only, trusted }: UploadedKeys,
  by: Doer,
): Promise<string[]> {
  const pairs = keys.flatMap((key) =>
    key.addresses.filter((address) => only === null || address === only).map((address) => ({ key, address })),
  );
  if (pairs.length === 0) {
    throw new KeysError(
      'invalid-key',
      only === null
        ? 'The key names no email address. Ask its owner for one that does.'
        : 'The key does not name this address. Check that it is the right one.',
    );
  }
  for (const { key, address } of pairs) {
    const trust = trusted ? 'trusted' : 'undecided';
    const kept = await keepKey(tx, ports, {
      organizationId,
      address,
      key,
      trust,
      source: 'upload',
      decides: trusted,
    });
    await keyKept(ports.audit, tx, by, kept, 'upload');
  }
  return [...new Set(pairs.map(({ address }) => address))];
}
