import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

export interface EventRow {
  readonly organizationId: OrganizationId;
  readonly eventId: string;
  readonly at: Date;
  readonly kind: string;
  readonly commitment: Buffer;
  readonly leafHash: Buffer;
  readonly sealed: Buffer;
}

/** The events, and their place in the sequencer's queue, in one statement. */
export async function insertEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  const organizationIds = rows.map((row) => row.organizationId);
  const eventIds = rows.map((row) => row.eventId);
  await sql`
    WITH event AS (
      INSERT INTO audit.event (organization_id, event_id, at, kind, commitment, sealed)
      SELECT * FROM unnest(${organizationIds}::uuid[], ${eventIds}::uuid[], ${rows.map((row) => row.at)}::timestamptz[],
        ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.commitment)}::bytea[], ${rows.map((row) => row.sealed)}::bytea[])
    )
    INSERT INTO audit.pending (organization_id, event_id, leaf_hash)
    SELECT * FROM unnest(${organizationIds}::uuid[], ${eventIds}::uuid[], ${rows.map((row) => row.leafHash)}::bytea[])`.execute(
    tx,
  );
}
