import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';

export type ReadDepth = 'listed' | 'read' | 'downloaded';

/** Answers which of the messages this reader had not read to this depth within the hour. */
export async function insertReadMarks(
  tx: Tx,
  mark: {
    readonly organizationId: OrganizationId;
    readonly reader: string;
    readonly depth: ReadDepth;
    readonly hour: Date;
  },
  messageIds: readonly MessageId[],
): Promise<MessageId[]> {
  if (messageIds.length === 0) return [];
  const { rows } = await sql<{ message_id: MessageId }>`
    INSERT INTO mailbox.read_mark (organization_id, reader, message_id, depth, hour)
    SELECT ${mark.organizationId}, ${mark.reader}, message_id, ${mark.depth}, ${mark.hour}
    FROM unnest(${[...messageIds].toSorted()}::uuid[]) AS given (message_id)
    ON CONFLICT DO NOTHING RETURNING message_id`.execute(tx);
  return rows.map((row) => row.message_id);
}

export async function deleteReadMarks(tx: Tx, before: Date): Promise<number> {
  const deleted = await sql`DELETE FROM mailbox.read_mark WHERE hour < ${before}`.execute(tx);
  return Number(deleted.numAffectedRows ?? 0n);
}
