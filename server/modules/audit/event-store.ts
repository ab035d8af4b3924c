import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import { byteaArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Statement } from '#platform/database/database.ts';

export interface EventRow {
  readonly organizationId: OrganizationId;
  readonly eventId: string;
  readonly at: Date;
  readonly kind: string;
  readonly commitment: Buffer;
  readonly leafHash: Buffer;
  readonly sealed: Buffer;
}

/** Inserts the events, and their place in the sequencer's queue. */
export function eventInsertion(rows: readonly EventRow[]): Statement {
  const organizationIds = uuidArray(rows.map((row) => row.organizationId));
  const eventIds = uuidArray(rows.map((row) => row.eventId));
  return sql`
    WITH event AS (
      INSERT INTO audit.event (organization_id, event_id, at, kind, commitment, sealed)
      SELECT * FROM unnest(${organizationIds}::uuid[], ${eventIds}::uuid[], ${rows.map((row) => row.at)}::timestamptz[],
        ${rows.map((row) => row.kind)}::text[], ${byteaArray(rows.map((row) => row.commitment))}::bytea[], ${byteaArray(rows.map((row) => row.sealed))}::bytea[])
    )
    INSERT INTO audit.pending (organization_id, event_id, leaf_hash)
    SELECT * FROM unnest(${organizationIds}::uuid[], ${eventIds}::uuid[], ${byteaArray(rows.map((row) => row.leafHash))}::bytea[])`;
}
