import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

export interface PendingLeaf {
  readonly organizationId: OrganizationId;
  readonly eventId: string;
  readonly leafHash: Buffer;
}

export interface StoredCheckpoint {
  readonly organizationId: OrganizationId;
  readonly size: number;
  readonly at: Date;
  /** Packed. */
  readonly frontier: Buffer;
  readonly note: string;
}

/** Any constant: 'carepost audit sequencer'. Held until the end of the transaction. */
const sequencerLock = 4_201_964;

/** False when another server is sequencing at this moment. */
export async function becomeSequencer(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{
    locked: boolean;
  }>`SELECT pg_try_advisory_xact_lock(${sequencerLock}) AS locked`.execute(tx);
  return rows[0]?.locked === true;
}

/** Takes up to `limit` committed events off the queue, in the order of their recording. */
export async function takePending(tx: Tx, limit: number): Promise<PendingLeaf[]> {
  const { rows } = await sql<{
    organization_id: OrganizationId;
    event_id: string;
    leaf_hash: Buffer;
    ordinal: number;
  }>`
    DELETE FROM audit.pending AS taken
    USING (SELECT organization_id, ordinal FROM audit.pending ORDER BY ordinal LIMIT ${limit}) AS next
    WHERE taken.organization_id = next.organization_id AND taken.ordinal = next.ordinal
    RETURNING taken.organization_id, taken.event_id, taken.leaf_hash, taken.ordinal`.execute(tx);
  return rows
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map((row) => ({ organizationId: row.organization_id, eventId: row.event_id, leafHash: row.leaf_hash }));
}

/** The latest checkpoint of each of these organisations that has one. */
export async function selectHeads(
  tx: Tx,
  organizationIds: readonly OrganizationId[],
): Promise<StoredCheckpoint[]> {
  const { rows } = await sql<StoredCheckpoint>`
    SELECT head.organization_id AS "organizationId", head.size, head.at, head.frontier, head.note
    FROM unnest(${organizationIds}::uuid[]) AS wanted(organization_id)
    CROSS JOIN LATERAL (
      SELECT * FROM audit.checkpoint WHERE checkpoint.organization_id = wanted.organization_id ORDER BY size DESC LIMIT 1
    ) AS head`.execute(tx);
  return rows;
}

export async function insertEntries(
  tx: Tx,
  entries: readonly (PendingLeaf & { readonly sequence: number })[],
): Promise<void> {
  await sql`
    INSERT INTO audit.entry (organization_id, sequence, event_id, leaf_hash)
    SELECT * FROM unnest(${entries.map((entry) => entry.organizationId)}::uuid[], ${entries.map((entry) => entry.sequence)}::bigint[],
      ${entries.map((entry) => entry.eventId)}::uuid[], ${entries.map((entry) => entry.leafHash)}::bytea[])`.execute(
    tx,
  );
}

export async function insertCheckpoints(tx: Tx, checkpoints: readonly StoredCheckpoint[]): Promise<void> {
  await sql`
    INSERT INTO audit.checkpoint (organization_id, size, at, frontier, note)
    SELECT * FROM unnest(${checkpoints.map((head) => head.organizationId)}::uuid[], ${checkpoints.map((head) => head.size)}::bigint[],
      ${checkpoints.map((head) => head.at)}::timestamptz[], ${checkpoints.map((head) => head.frontier)}::bytea[],
      ${checkpoints.map((head) => head.note)}::text[])`.execute(tx);
}

/** The sealed private key, if one was made. */
export async function selectSigningKey(tx: Tx, organizationId: OrganizationId): Promise<Buffer | undefined> {
  const { rows } = await sql<{ sealed_private_key: Buffer }>`
    SELECT sealed_private_key FROM audit.signing_key WHERE organization_id = ${organizationId}`.execute(tx);
  return rows[0]?.sealed_private_key;
}

/** Does nothing when there is one already: two keys would sign one log. */
export async function insertSigningKey(
  tx: Tx,
  organizationId: OrganizationId,
  key: { verifierKey: string; sealedPrivateKey: Buffer; createdAt: Date },
): Promise<void> {
  await sql`
    INSERT INTO audit.signing_key (organization_id, verifier_key, sealed_private_key, created_at)
    VALUES (${organizationId}, ${key.verifierKey}, ${key.sealedPrivateKey}, ${key.createdAt})
    ON CONFLICT DO NOTHING`.execute(tx);
}
