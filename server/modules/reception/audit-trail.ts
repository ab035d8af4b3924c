import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { AuditEvent } from '#modules/audit/index.ts';

export interface ReceivedFacts {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly recipientUserIds: readonly UserId[];
  readonly envelopeFrom: string;
  /** The name the other server gave. */
  readonly client: string;
  readonly ip: string;
  readonly tls: { readonly version: string; readonly cipher: string } | null;
}

/** A message came from another server, and for whom. */
export function messageReceived({
  organizationId,
  messageId,
  recipientUserIds,
  envelopeFrom,
  client,
  ip,
  tls,
}: ReceivedFacts): AuditEvent {
  return {
    organizationId,
    kind: 'message.received',
    actor: { kind: 'system', part: 'reception' },
    subject: { type: 'message', id: messageId },
    fields: {
      recipientUserIds,
      envelopeFrom,
      client,
      tlsVersion: tls?.version ?? null,
      tlsCipher: tls?.cipher ?? null,
    },
    ip,
  };
}
