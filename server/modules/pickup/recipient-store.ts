import { sql } from 'kysely';
import type { OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { normalizeAddress } from '#protocols/mime/address.ts';

const purpose = 'pickup.recipient.address';

const indexOf = (keyring: Keyring, organizationId: OrganizationId, address: string): Promise<Buffer> =>
  keyring.blindIndex(organizationId, purpose, normalizeAddress(address));

/** The identities of these addresses in one organisation, made where missing; in the order given. */
export async function recipientsFor(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  addresses: readonly string[],
  now: Date,
): Promise<RecipientId[]> {
  const indexes = await Promise.all(addresses.map((address) => indexOf(keyring, organizationId, address)));
  const sealed = await Promise.all(
    addresses.map((address) => keyring.seal(organizationId, purpose, address)),
  );
  // In the order of the index, so that two transactions never wait for each other.
  await sql`
    INSERT INTO pickup.recipient (organization_id, recipient_id, address_index, address_sealed, created_at)
    SELECT ${organizationId}::uuid, n.id, n.address_index, n.sealed, ${now}::timestamptz
    FROM unnest(${addresses.map(() => newId())}::uuid[], ${indexes}::bytea[], ${sealed}::bytea[]) AS n(id, address_index, sealed)
    ORDER BY n.address_index
    ON CONFLICT (organization_id, address_index) DO NOTHING`.execute(tx);
  const { rows } = await sql<{ recipient_id: RecipientId; address_index: Buffer }>`
    SELECT recipient_id, address_index FROM pickup.recipient
    WHERE organization_id = ${organizationId} AND address_index = ANY(${indexes}::bytea[])`.execute(tx);
  const byIndex = new Map(rows.map((row) => [row.address_index.toString('hex'), row.recipient_id]));
  return indexes.map((index) => {
    const found = byIndex.get(index.toString('hex'));
    if (found === undefined) throw new Error('A recipient that was just written is not there');
    return found;
  });
}

export async function findRecipient(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  address: string,
): Promise<RecipientId | undefined> {
  const index = await indexOf(keyring, organizationId, address);
  const { rows } = await sql<{ recipient_id: RecipientId }>`
    SELECT recipient_id FROM pickup.recipient WHERE organization_id = ${organizationId} AND address_index = ${index}`.execute(
    tx,
  );
  return rows[0]?.recipient_id;
}

/** The address behind an identity; undefined when there is none. */
export async function addressOf(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  recipientId: RecipientId,
): Promise<string | undefined> {
  const { rows } = await sql<{ address_sealed: Buffer }>`
    SELECT address_sealed FROM pickup.recipient WHERE organization_id = ${organizationId} AND recipient_id = ${recipientId}`.execute(
    tx,
  );
  return rows[0] === undefined
    ? undefined
    : keyring.openText(organizationId, purpose, rows[0].address_sealed);
}
