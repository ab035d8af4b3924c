import { attendWaiting, type AttendedRow } from './attend-store.ts';
import { deliveriesDelayed } from './events.ts';
import type { DeliveryPorts } from './ports.ts';

const batchSize = 500;

/** Lets senders know of what waits for long, and brings to its end what has run out of time. Answers how many. */
export async function attendToWaiting({
  database,
  clock,
  outbox,
}: Pick<DeliveryPorts, 'database' | 'clock' | 'outbox'>): Promise<number> {
  return database.acrossTenants(async (tx) => {
    const attended = await attendWaiting(tx, clock.now(), batchSize);
    const delayed = attended.filter(({ ending, purpose }) => !ending && purpose === 'message');
    const byMessage = Map.groupBy(delayed, (row: AttendedRow) => row.message_id);
    if (byMessage.size > 0) {
      await outbox.publishMany(
        tx,
        deliveriesDelayed,
        [...byMessage].flatMap(([messageId, rows]) => {
          const organizationId = rows[0]?.organization_id;
          const deliveryIds = rows.map((row) => row.delivery_id);
          return organizationId === undefined ? [] : [{ organizationId, data: { messageId, deliveryIds } }];
        }),
      );
    }
    return attended.length;
  });
}
