import { sql } from 'kysely';
import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { textArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Decision } from './decision.ts';

type PolicyTables = {
  'policy.decision': {
    organization_id: OrganizationId;
    message_id: MessageId;
    decision: unknown;
    decided_at: Date;
  };
};

export interface DecisionRow {
  readonly messageId: MessageId;
  readonly decision: Decision;
}

/** Keeps the first decision about each message: a dispatcher that starts over decides nothing anew. */
export async function insertDecisions(
  tx: Tx,
  organizationId: OrganizationId,
  rows: readonly DecisionRow[],
  decidedAt: Date,
): Promise<void> {
  const decisions = textArray(rows.map(({ decision }) => JSON.stringify(decision)));
  await sql`
    INSERT INTO policy.decision (organization_id, message_id, decision, decided_at)
    SELECT ${organizationId}::uuid, d.message_id, d.decision::jsonb, ${decidedAt}::timestamptz
    FROM unnest(${uuidArray(rows.map(({ messageId }) => messageId))}::uuid[], ${decisions}::text[]) AS d(message_id, decision)
    ON CONFLICT DO NOTHING`.execute(tx);
}

export async function findDecision(
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<Decision | null> {
  const row = await tx
    .withTables<PolicyTables>()
    .selectFrom('policy.decision')
    .select('decision')
    .where('organization_id', '=', organizationId)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
  return (row?.decision as Decision | undefined) ?? null;
}
