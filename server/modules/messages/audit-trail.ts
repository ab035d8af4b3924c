import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Actor, Audit } from '#modules/audit/index.ts';

export function contentWasDestroyed(
  audit: Pick<Audit, 'record'>,
  tx: Tx,
  event: { organizationId: OrganizationId; messageId: MessageId; because: string; actor: Actor },
): Promise<void> {
  return audit.record(tx, {
    organizationId: event.organizationId,
    kind: 'message.content-destroyed',
    actor: event.actor,
    subject: { type: 'message', id: event.messageId },
    fields: { because: event.because },
  });
}
