import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { Doer } from '#modules/audit/index.ts';
import { keyKept } from './audit-trail.ts';
import { fetchWebKey } from './fetch-web-key.ts';
import { findKeyPolicy } from './key-policy-store.ts';
import { keyAddressIndex } from './key-seals.ts';
import { keepKey } from './known-keys.ts';
import type { KeysPorts } from './ports.ts';
import { readKeys } from './read-keys.ts';

type Ports = Pick<KeysPorts, 'database' | 'keyring' | 'clock' | 'audit' | 'openpgp' | 'resolver' | 'webKeys'>;

const hour = 3_600_000;
/** How long an answer stands. A domain that does not answer is not asked at every letter typed. */
const keptMs = { found: 24 * hour, none: 24 * hour, failed: hour / 4 } as const;

export type LookUpOutcome = keyof typeof keptMs;

/** Asks the domain of an address for its key and takes what it publishes into the directory. Hold no transaction. */
export async function lookUpWebKey(
  ports: Ports,
  organizationId: OrganizationId,
  given: string,
  by: Doer,
): Promise<LookUpOutcome> {
  const address = normalizeAddress(given);
  const fetched = await fetchWebKey(ports, address);
  const read = fetched.outcome === 'found' ? await readKeys(ports, fetched.bytes).catch(() => []) : [];
  // §5: the key must name the address that was asked for.
  const theirs = read.filter(({ kind, addresses }) => kind === 'openpgp' && addresses.includes(address));
  const outcome = fetched.outcome === 'found' && theirs.length === 0 ? 'none' : fetched.outcome;
  await ports.database.inTenant(organizationId, async (tx) => {
    const { trustWebKeys } = await findKeyPolicy(tx, organizationId);
    const trust = trustWebKeys ? 'trusted' : 'undecided';
    for (const key of theirs) {
      const kept = await keepKey(tx, ports, {
        organizationId,
        address,
        key,
        source: 'web-key-directory',
        trust,
        decides: false,
      });
      await keyKept(ports.audit, tx, by, kept, 'web-key-directory');
    }
    await putLookUp(tx, ports, organizationId, address, outcome);
  });
  return outcome;
}

async function putLookUp(
  tx: Tx,
  { keyring, clock }: Pick<Ports, 'keyring' | 'clock'>,
  organizationId: OrganizationId,
  address: string,
  outcome: LookUpOutcome,
): Promise<void> {
  const index = await keyAddressIndex(keyring, organizationId, address);
  const freshUntil = new Date(clock.now().getTime() + keptMs[outcome]);
  await sql`
    INSERT INTO protection.web_key_look_up (organization_id, address_index, outcome, fresh_until)
    VALUES (${organizationId}, ${index}, ${outcome}, ${freshUntil})
    ON CONFLICT (organization_id, address_index) DO UPDATE
      SET outcome = excluded.outcome, fresh_until = excluded.fresh_until`.execute(tx);
}

/** Those that were not asked for in time. */
export async function notLookedUp(
  tx: Tx,
  { keyring, clock }: Pick<Ports, 'keyring' | 'clock'>,
  organizationId: OrganizationId,
  addresses: readonly string[],
): Promise<string[]> {
  const indexes = await Promise.all(
    addresses.map((address) => keyAddressIndex(keyring, organizationId, address)),
  );
  const { rows } = await sql<{ address_index: Buffer }>`
    SELECT address_index FROM protection.web_key_look_up
    WHERE organization_id = ${organizationId} AND address_index = ANY(${indexes}::bytea[])
      AND fresh_until > ${clock.now()}`.execute(tx);
  const asked = new Set(rows.map((row) => row.address_index.toString('hex')));
  return addresses.filter((_, at) => !asked.has(indexes[at]?.toString('hex') ?? ''));
}
