import { sql } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { EventRow } from './event-store.ts';

/** An entry of the tree with the event it stands for; without, when somebody removed it from the database. */
export interface EntryRow {
  readonly sequence: number;
  readonly leafHash: Buffer;
  readonly event:
    | (Pick<EventRow, 'eventId' | 'kind' | 'commitment' | 'sealed'> & { readonly at: Date })
    | undefined;
}

type JoinedRow = { sequence: number; leafHash: Buffer } & Pick<
  EventRow,
  'eventId' | 'commitment' | 'sealed'
> & {
    at: Date | null;
    kind: string | null;
  };

/** Entries `from` (included) to `to` (not), in order. */
export async function selectEntries(
  tx: Tx,
  organizationId: OrganizationId,
  { from, to }: { from: number; to: number },
): Promise<EntryRow[]> {
  const { rows } = await sql<JoinedRow>`
    SELECT entry.sequence, entry.leaf_hash AS "leafHash", entry.event_id AS "eventId", event.at, event.kind, event.commitment, event.sealed
    FROM audit.entry LEFT JOIN audit.event USING (organization_id, event_id)
    WHERE organization_id = ${organizationId} AND entry.sequence >= ${from} AND entry.sequence < ${to}
    ORDER BY entry.sequence`.execute(tx);
  return rows.map(({ sequence, leafHash, at, kind, ...event }) => ({
    sequence,
    leafHash,
    event: at === null || kind === null ? undefined : { ...event, at, kind },
  }));
}

/** True while the sequencer has not taken the event. */
export async function isPending(tx: Tx, organizationId: OrganizationId, eventId: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM audit.pending WHERE organization_id = ${organizationId} AND event_id = ${eventId} LIMIT 1`.execute(
    tx,
  );
  return rows.length > 0;
}

export interface SignedHead {
  readonly size: number;
  readonly at: Date;
  readonly note: string;
}

/** Checkpoints whose size is above `after` and at most `upTo`. */
export async function selectCheckpoints(
  tx: Tx,
  organizationId: OrganizationId,
  {
    order,
    after = 0,
    upTo = Number.MAX_SAFE_INTEGER,
    limit,
  }: { order: 'earliest' | 'latest'; after?: number; upTo?: number; limit: number },
): Promise<SignedHead[]> {
  const { rows } = await sql<SignedHead>`
    SELECT size, at, note FROM audit.checkpoint
    WHERE organization_id = ${organizationId} AND size > ${after} AND size <= ${upTo}
    ORDER BY size ${order === 'latest' ? sql`DESC` : sql`ASC`} LIMIT ${limit}`.execute(tx);
  return rows;
}
