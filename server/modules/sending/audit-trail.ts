import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Actor, Audit } from '#modules/audit/index.ts';
import type { Decision } from '#modules/policy/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { SendCommand } from './command.ts';

type Recorder = Pick<Audit, 'record' | 'recordMany'>;

export const messagesAccepted = (audit: Recorder, tx: Tx, commands: readonly SendCommand[]): Promise<void> =>
  audit.recordMany(
    tx,
    commands.map((command) => ({
      organizationId: command.organizationId,
      kind: 'message.accepted',
      actor: command.actor,
      subject: { type: 'message', id: command.messageId },
      fields: {
        channel: command.channel,
        category: command.category,
        recipients: command.recipients.length,
        sizeBytes: command.intake.sizeBytes,
      },
      ip: command.ip,
    })),
  );

export const messageRefused = (
  audit: Recorder,
  tx: Tx,
  refusal: {
    organizationId: OrganizationId;
    actor: Actor;
    code: string;
    category: string;
    channel: string;
    ip: string | undefined;
  },
): Promise<void> =>
  audit.record(tx, {
    organizationId: refusal.organizationId,
    kind: 'message.refused',
    actor: refusal.actor,
    fields: { code: refusal.code, category: refusal.category, channel: refusal.channel },
    ip: refusal.ip,
  });

export const messagesDispatched = (
  audit: Recorder,
  tx: Tx,
  organizationId: OrganizationId,
  dispatched: readonly { messageId: MessageId; decision: Decision }[],
): Promise<void> =>
  audit.recordMany(
    tx,
    dispatched.map(({ messageId, decision }) => ({
      organizationId,
      kind: 'message.dispatched',
      actor: { kind: 'system' as const, part: 'sending' },
      subject: { type: 'message', id: messageId },
      fields: {
        floor: decision.floor,
        hold: decision.hold,
        block: decision.block,
        rules: decision.rules.filter(({ outcome }) => outcome === 'applied').map(({ rule }) => rule),
      },
    })),
  );

export const timelineRead = (
  audit: Recorder,
  tx: Tx,
  read: { organizationId: OrganizationId; messageId: MessageId; actor: Actor; ip: string },
): Promise<void> =>
  audit.record(tx, {
    organizationId: read.organizationId,
    kind: 'message.timeline-read',
    actor: read.actor,
    subject: { type: 'message', id: read.messageId },
    ip: read.ip,
  });
