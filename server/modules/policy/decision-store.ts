import type { MessageId, OrganizationId } from '#contract/ids.ts';
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
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly decision: Decision;
}

/** Keeps the first decision about a message: a dispatcher that starts over decides nothing anew. */
export async function insertDecision(tx: Tx, row: DecisionRow, decidedAt: Date): Promise<void> {
  await tx
    .withTables<PolicyTables>()
    .insertInto('policy.decision')
    .values({
      organization_id: row.organizationId,
      message_id: row.messageId,
      decision: JSON.stringify(row.decision),
      decided_at: decidedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
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
