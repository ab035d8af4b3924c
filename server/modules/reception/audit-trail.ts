import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Audit } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';

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

/** Messages came from other servers, and for whom. */
export function messagesReceived(
  audit: Pick<Audit, 'recordMany'>,
  tx: Tx,
  received: readonly ReceivedFacts[],
): Promise<void> {
  return audit.recordMany(
    tx,
    received.map(({ organizationId, messageId, recipientUserIds, envelopeFrom, client, ip, tls }) => ({
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
    })),
  );
}
