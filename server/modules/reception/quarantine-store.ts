import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { QuarantineReason } from '#contract/quarantine.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { HeldFacts, HeldMessage } from './quarantine.ts';

const purpose = 'reception.quarantined.facts';

interface HeldRow {
  organization_id: OrganizationId;
  message_id: MessageId;
  reason: QuarantineReason;
  facts_sealed: Buffer;
  size_bytes: string;
  quarantined_at: Date;
}

const held = sql.raw('organization_id, message_id, reason, facts_sealed, size_bytes, quarantined_at');

export async function insertHeld(tx: Tx, keyring: Keyring, message: HeldMessage): Promise<void> {
  const { organizationId, messageId, sizeBytes, quarantinedAt, ...facts } = message;
  const sealed = await keyring.seal(organizationId, purpose, JSON.stringify(facts));
  await sql`
    INSERT INTO reception.quarantined (organization_id, message_id, reason, facts_sealed, size_bytes, quarantined_at, state)
    VALUES (${organizationId}, ${messageId}, ${facts.reason}, ${sealed}, ${sizeBytes}, ${quarantinedAt}, 'held')`.execute(
    tx,
  );
}

/** Oldest first: ids are made in the order of time. */
export async function selectHeld(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  after: MessageId | undefined,
  limit: number,
): Promise<HeldMessage[]> {
  const { rows } = await sql<HeldRow>`
    SELECT ${held} FROM reception.quarantined
    WHERE organization_id = ${organizationId} AND state = 'held' AND (${after ?? null}::uuid IS NULL OR message_id > ${after ?? null}::uuid)
    ORDER BY message_id LIMIT ${limit}`.execute(tx);
  return Promise.all(rows.map((row) => opened(keyring, row)));
}

/** Takes it out of the quarantine, once; undefined when it is not held any more. */
export async function settleHeld(
  tx: Tx,
  keyring: Keyring,
  { organizationId, messageId }: { organizationId: OrganizationId; messageId: MessageId },
  state: 'released' | 'deleted' | 'expired',
  now: Date,
): Promise<HeldMessage | undefined> {
  const { rows } = await sql<HeldRow>`
    UPDATE reception.quarantined SET state = ${state}, settled_at = ${now}
    WHERE organization_id = ${organizationId} AND message_id = ${messageId} AND state = 'held' RETURNING ${held}`.execute(
    tx,
  );
  return rows[0] && opened(keyring, rows[0]);
}

/** Of all organisations that the transaction may see. */
export async function selectHeldBefore(
  tx: Tx,
  before: Date,
  limit: number,
): Promise<{ organizationId: OrganizationId; messageId: MessageId; quarantinedAt: Date }[]> {
  const { rows } = await sql<HeldRow>`
    SELECT organization_id, message_id, quarantined_at FROM reception.quarantined
    WHERE state = 'held' AND quarantined_at <= ${before} ORDER BY quarantined_at LIMIT ${limit}`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    messageId: row.message_id,
    quarantinedAt: row.quarantined_at,
  }));
}

async function opened(keyring: Keyring, row: HeldRow): Promise<HeldMessage> {
  const text = await keyring.openText(row.organization_id, purpose, row.facts_sealed);
  return {
    ...(JSON.parse(text) as HeldFacts),
    organizationId: row.organization_id,
    messageId: row.message_id,
    sizeBytes: Number(row.size_bytes),
    quarantinedAt: row.quarantined_at,
  };
}
