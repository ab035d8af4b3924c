import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Relay, RelayId } from './relay.ts';

const columns = sql.raw(
  `organization_id AS "organizationId", relay_id AS "relayId", name, kind, networks, fingerprints,
  certificate_names AS "certificateNames", sender_domains AS "senderDomains", user_id AS "userId", token_digest AS "tokenDigest"`,
);

/** All that the transaction may see: a handful an organisation. */
export async function selectRelays(tx: Tx): Promise<Relay[]> {
  const { rows } =
    await sql<Relay>`SELECT ${columns} FROM reception.relay ORDER BY created_at, relay_id`.execute(tx);
  return rows;
}

export async function insertRelay(tx: Tx, relay: Relay, now: Date): Promise<void> {
  await sql`
    INSERT INTO reception.relay (organization_id, relay_id, name, kind, networks, fingerprints, certificate_names, sender_domains,
      user_id, token_digest, created_at)
    VALUES (${relay.organizationId}, ${relay.relayId}, ${relay.name}, ${relay.kind}, ${relay.networks}::text[],
      ${relay.fingerprints}::text[], ${relay.certificateNames}::text[], ${relay.senderDomains}::text[], ${relay.userId},
      ${relay.tokenDigest}, ${now})`.execute(tx);
}

/** Writes a relay that {@link findRelay} has locked. */
export async function updateRelay(tx: Tx, relay: Relay): Promise<void> {
  await sql`
    UPDATE reception.relay SET name = ${relay.name}, kind = ${relay.kind}, networks = ${relay.networks}::text[],
      fingerprints = ${relay.fingerprints}::text[], certificate_names = ${relay.certificateNames}::text[],
      sender_domains = ${relay.senderDomains}::text[], user_id = ${relay.userId}, token_digest = ${relay.tokenDigest}
    WHERE organization_id = ${relay.organizationId} AND relay_id = ${relay.relayId}`.execute(tx);
}

/** Locks it until the transaction ends. */
export async function findRelay(
  tx: Tx,
  organizationId: OrganizationId,
  relayId: RelayId,
): Promise<Relay | undefined> {
  const { rows } = await sql<Relay>`
    SELECT ${columns} FROM reception.relay WHERE organization_id = ${organizationId} AND relay_id = ${relayId}
    FOR UPDATE`.execute(tx);
  return rows[0];
}

export async function deleteRelay(
  tx: Tx,
  organizationId: OrganizationId,
  relayId: RelayId,
): Promise<Relay | undefined> {
  const { rows } = await sql<Relay>`
    DELETE FROM reception.relay WHERE organization_id = ${organizationId} AND relay_id = ${relayId} RETURNING ${columns}`.execute(
    tx,
  );
  return rows[0];
}
