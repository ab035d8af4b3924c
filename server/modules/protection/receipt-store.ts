import { sql } from 'kysely';
import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { Protection } from '#contract/protection.ts';
import { byteaArray, textArray, uuidArray } from '#platform/database/binary-array.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Finding } from './receipt.ts';

type ReceiptTables = {
  'protection.receipt': {
    organization_id: OrganizationId;
    delivery_id: DeliveryId;
    receipt_id: string;
    message_id: MessageId;
    recipient: Buffer;
    key: Buffer | null;
    verdict: Protection;
    reason: string;
    finding_id: Buffer;
    decided_at: Date;
  };
  'protection.finding': {
    organization_id: OrganizationId;
    finding_id: Buffer;
    finding: unknown;
  };
};

export interface ReceiptRow {
  readonly messageId: MessageId;
  readonly deliveryId: DeliveryId;
  readonly receiptId: string;
  /** Sealed. */
  readonly recipient: Buffer;
  /** Sealed. */
  readonly key: Buffer | null;
  readonly verdict: Protection;
  readonly reason: string;
  readonly findingId: Buffer;
}

export async function insertFindings(
  tx: Tx,
  organizationId: OrganizationId,
  findings: readonly { id: Buffer; json: string }[],
): Promise<void> {
  await sql`
    INSERT INTO protection.finding (organization_id, finding_id, finding)
    SELECT ${organizationId}::uuid, f.id, f.json::jsonb
    FROM unnest(${byteaArray(findings.map(({ id }) => id))}::bytea[], ${textArray(findings.map(({ json }) => json))}::text[]) AS f(id, json)
    ON CONFLICT DO NOTHING`.execute(tx);
}

export async function insertReceipts(
  tx: Tx,
  organizationId: OrganizationId,
  rows: readonly ReceiptRow[],
  decidedAt: Date,
): Promise<void> {
  await sql`
    INSERT INTO protection.receipt
      (organization_id, delivery_id, receipt_id, message_id, recipient, verdict, reason, finding_id, key, decided_at)
    SELECT ${organizationId}::uuid, r.delivery_id, r.receipt_id, r.message_id, r.recipient, r.verdict, r.reason, r.finding_id, r.key, ${decidedAt}::timestamptz
    FROM unnest(
      ${uuidArray(rows.map((row) => row.deliveryId))}::uuid[],
      ${uuidArray(rows.map((row) => row.receiptId))}::uuid[],
      ${uuidArray(rows.map((row) => row.messageId))}::uuid[],
      ${byteaArray(rows.map((row) => row.recipient))}::bytea[],
      ${textArray(rows.map((row) => row.verdict))}::text[],
      ${textArray(rows.map((row) => row.reason))}::text[],
      ${byteaArray(rows.map((row) => row.findingId))}::bytea[],
      ${byteaArray(rows.map((row) => row.key))}::bytea[]
    ) AS r(delivery_id, receipt_id, message_id, recipient, verdict, reason, finding_id, key)`.execute(tx);
}

export interface StoredReceipt extends Omit<ReceiptRow, 'receiptId' | 'findingId'> {
  readonly decidedAt: Date;
  readonly finding: Finding;
}

/** The latest receipt of each delivery. */
export async function findReceipts(
  tx: Tx,
  organizationId: OrganizationId,
  deliveryIds: readonly DeliveryId[],
): Promise<StoredReceipt[]> {
  const rows = await tx
    .withTables<ReceiptTables>()
    .selectFrom('protection.receipt as r')
    .innerJoin('protection.finding as f', (join) =>
      join.onRef('f.organization_id', '=', 'r.organization_id').onRef('f.finding_id', '=', 'r.finding_id'),
    )
    .distinctOn('r.delivery_id')
    .select([
      'r.delivery_id',
      'r.message_id',
      'r.recipient',
      'r.key',
      'r.verdict',
      'r.reason',
      'r.decided_at',
      'f.finding',
    ])
    .where('r.organization_id', '=', organizationId)
    .where('r.delivery_id', '=', sql<DeliveryId>`ANY (${deliveryIds}::uuid[])`)
    .orderBy('r.delivery_id')
    .orderBy('r.decided_at', 'desc')
    .orderBy('r.receipt_id', 'desc')
    .execute();
  return rows.map((row) => ({
    deliveryId: row.delivery_id,
    messageId: row.message_id,
    recipient: row.recipient,
    key: row.key,
    verdict: row.verdict,
    reason: row.reason,
    decidedAt: row.decided_at,
    finding: row.finding as Finding,
  }));
}
