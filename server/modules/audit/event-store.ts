import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import { byteaArray, textArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Statement } from '#platform/database/database.ts';

export interface EventRow {
  readonly organizationId: OrganizationId;
  readonly eventId: string;
  readonly kind: string;
  readonly commitment: Buffer;
  readonly leafHash: Buffer;
  readonly sealed: Buffer;
}

/** Inserts events of one moment, and their place in the sequencer's queue. */
export function eventInsertion(rows: readonly EventRow[], at: Date): Statement {
  const organizationIds = uuidArray(rows.map((row) => row.organizationId));
  const eventIds = uuidArray(rows.map((row) => row.eventId));
  return sql`
    WITH event AS (
      INSERT INTO audit.event (organization_id, event_id, at, kind, commitment, sealed)
      SELECT organization_id, event_id, ${at}::timestamptz, kind, commitment, sealed
      FROM unnest(${organizationIds}::uuid[], ${eventIds}::uuid[], ${textArray(rows.map((row) => row.kind))}::text[],
        ${byteaArray(rows.map((row) => row.commitment))}::bytea[], ${byteaArray(rows.map((row) => row.sealed))}::bytea[])
        AS given (organization_id, event_id, kind, commitment, sealed)
    )
    INSERT INTO audit.pending (organization_id, event_id, leaf_hash)
    SELECT * FROM unnest(${organizationIds}::uuid[], ${eventIds}::uuid[], ${byteaArray(rows.map((row) => row.leafHash))}::bytea[])`;
}
