import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { Actor, Audit, AuditEvent } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { FeedbackType } from '#protocols/arf/index.ts';
import type { BouncedRecipient } from '#protocols/bounce/index.ts';
import type { AbandonedRow } from './claim-store.ts';
import type { ClaimedDelivery, NewDelivery } from './delivery.ts';
import type { StoredDelivery } from './delivery-store.ts';
import type { AttemptResult, NextState } from './outcome.ts';
import type { ReasonCode } from './reasons.ts';

type Recorder = Pick<Audit, 'record' | 'recordMany'>;

const delivery: Actor = { kind: 'system', part: 'delivery' };

/** The way each recipient was given. */
export const deliveriesEnqueued = (audit: Recorder, tx: Tx, rows: readonly NewDelivery[]): Promise<void> =>
  audit.recordMany(
    tx,
    rows.map((row): AuditEvent => ({
      organizationId: row.organizationId,
      kind: `delivery.${row.state}`,
      actor: delivery,
      subject: { type: 'message', id: row.messageId },
      fields: {
        deliveryId: row.deliveryId,
        recipient: row.address,
        protection: row.protection,
        reason: row.reason,
      },
    })),
  );

/** What an attempt came to: every transmission is on record, with how it was protected. */
export const attemptsEnded = (
  audit: Recorder,
  tx: Tx,
  ended: readonly { delivery: ClaimedDelivery; result: AttemptResult; next: NextState }[],
): Promise<void> =>
  audit.recordMany(
    tx,
    ended.map(({ delivery: each, result, next }): AuditEvent => ({
      organizationId: each.organizationId,
      kind: `delivery.${next.state}`,
      actor: delivery,
      subject: { type: 'message', id: each.messageId },
      fields: {
        deliveryId: each.deliveryId,
        recipient: each.address,
        purpose: each.purpose,
        attempt: each.attempt,
        protection: next.protection,
        reason: next.reason,
        ...(result.host === undefined ? {} : { server: result.host }),
        ...(result.replyCode === undefined ? {} : { replyCode: result.replyCode }),
        ...(result.evidence === undefined || result.evidence === null
          ? {}
          : { evidence: JSON.stringify(result.evidence) }),
      },
    })),
  );

/** What became of attempts that a process which has gone left behind. */
export const attemptsRecovered = (
  audit: Recorder,
  tx: Tx,
  recovered: readonly { row: AbandonedRow; next: NextState }[],
): Promise<void> =>
  audit.recordMany(
    tx,
    recovered.map(({ row, next }): AuditEvent => ({
      organizationId: row.organization_id,
      kind: `delivery.${next.state}`,
      actor: delivery,
      subject: { type: 'message', id: row.message_id },
      fields: { deliveryId: row.delivery_id, attempt: row.attempts, reason: next.reason },
    })),
  );

export const deliveryMoved = (
  audit: Recorder,
  tx: Tx,
  moved: {
    organizationId: OrganizationId;
    messageId: MessageId;
    deliveryId: DeliveryId;
    kind: string;
    actor: Actor;
    ip: string | undefined;
  },
): Promise<void> =>
  audit.record(tx, {
    organizationId: moved.organizationId,
    kind: `delivery.${moved.kind}`,
    actor: moved.actor,
    subject: { type: 'message', id: moved.messageId },
    fields: { deliveryId: moved.deliveryId },
    ip: moved.ip,
  });

/** A server further on sent back what had been accepted. */
export const deliveryReturned = (
  audit: Recorder,
  tx: Tx,
  row: StoredDelivery,
  reason: ReasonCode,
  { weight, status, replyCode }: BouncedRecipient,
): Promise<void> =>
  audit.record(tx, {
    organizationId: row.organization_id,
    kind: 'delivery.returned',
    actor: delivery,
    subject: { type: 'message', id: row.message_id },
    fields: { deliveryId: row.delivery_id, reason, weight, status, replyCode },
  });

/** A reader told their provider what they think of a message. */
export const complaintReceived = (
  audit: Recorder,
  tx: Tx,
  organizationId: OrganizationId,
  row: StoredDelivery,
  type: FeedbackType,
): Promise<void> =>
  audit.record(tx, {
    organizationId,
    kind: 'delivery.complaint',
    actor: delivery,
    subject: { type: 'message', id: row.message_id },
    fields: { deliveryId: row.delivery_id, type },
  });

/** A message that has no copy in the archive, and why. */
export const journalSkipped = (
  audit: Recorder,
  tx: Tx,
  organizationId: OrganizationId,
  messageId: MessageId,
  because: 'switched-off' | 'content-lost',
): Promise<void> =>
  audit.record(tx, {
    organizationId,
    kind: 'delivery.journal-skipped',
    actor: delivery,
    subject: { type: 'message', id: messageId },
    fields: { because },
  });

export const queuePaused = (
  audit: Recorder,
  tx: Tx,
  change: {
    organizationId: OrganizationId;
    paused: boolean;
    actor: Actor;
    ip: string | undefined;
    scope: string;
    reason?: string;
  },
): Promise<void> =>
  audit.record(tx, {
    organizationId: change.organizationId,
    kind: change.paused ? 'delivery.paused' : 'delivery.resumed',
    actor: change.actor,
    subject: { type: 'organization', id: change.organizationId },
    fields: { scope: change.scope, ...(change.reason === undefined ? {} : { reason: change.reason }) },
    ip: change.ip,
  });

export const reportComposed = (
  audit: Recorder,
  tx: Tx,
  report: {
    organizationId: OrganizationId;
    messageId: MessageId;
    reportId: MessageId;
    deliveryIds: readonly DeliveryId[];
  },
): Promise<void> =>
  audit.record(tx, {
    organizationId: report.organizationId,
    kind: 'delivery.report-composed',
    actor: delivery,
    subject: { type: 'message', id: report.messageId },
    fields: { reportId: report.reportId, deliveryIds: report.deliveryIds },
  });
