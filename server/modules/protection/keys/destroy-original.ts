import { contentDestroyedEvent } from '#modules/messages/index.ts';
import { deleteClosed } from './closed-store.ts';
import type { OpenWaitingPorts } from './open-waiting.ts';
import { findOriginal } from './waiting-store.ts';

/** What came goes with what was taken out of it: its recipient's key is kept here, and opens it. */
export function destroyOriginals(ports: Pick<OpenWaitingPorts, 'outbox' | 'messages'>): void {
  ports.outbox.subscribe(
    contentDestroyedEvent,
    'protection.destroy-original',
    async (tx, { organizationId, data: { messageId } }) => {
      await deleteClosed(tx, { organizationId, messageId });
      const originalId = await findOriginal(tx, organizationId, messageId);
      if (originalId === undefined || originalId === messageId) return;
      const actor = { kind: 'system', part: 'protection' } as const;
      await ports.messages.destroyContent(tx, originalId, { because: 'erased', actor });
    },
  );
}
