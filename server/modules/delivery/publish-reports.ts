import type { DeliveryState } from '#contract/delivery.ts';
import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import { wantsReport, type DsnRequest } from '#protocols/dsn/index.ts';
import type { Onward } from './delivery.ts';
import { deliveriesArrived, deliveriesFailed } from './events.ts';

/** A delivery in the state that it has just come to. */
export interface Reported {
  readonly messageId: MessageId;
  readonly deliveryId: DeliveryId;
  readonly dsn: DsnRequest | null;
  readonly onward?: Onward;
  readonly state: DeliveryState;
  /** The other server will report by itself (RFC 3461 §5.2.1). Default false. */
  readonly passedOn?: boolean;
}

/** Sees to the reports that senders want: of failure unless they asked not to, of arrival where they asked (RFC 3461 §4.1). */
export async function publishReports(
  tx: Tx,
  outbox: Pick<Outbox, 'publishMany'>,
  organizationId: OrganizationId,
  reported: readonly Reported[],
): Promise<void> {
  const failed = reported.filter(({ state, dsn }) => state === 'bounced' && wantsReport(dsn, 'FAILURE'));
  const arrived = reported.filter(
    ({ state, dsn, passedOn }) =>
      (state === 'delivered' || state === 'offered') && passedOn !== true && wantsReport(dsn, 'SUCCESS'),
  );
  for (const [event, some] of [
    [deliveriesFailed, failed],
    [deliveriesArrived, arrived],
  ] as const) {
    await outbox.publishMany(
      tx,
      event,
      // What an address forwards may be reported to others than what is passed on.
      [...Map.groupBy(some, ({ messageId, onward }) => `${messageId} ${onward?.kind}`).values()].flatMap(
        (group) => {
          const [first] = group;
          const deliveryIds = group.map(({ deliveryId }) => deliveryId);
          return first === undefined
            ? []
            : [{ organizationId, data: { messageId: first.messageId, deliveryIds } }];
        },
      ),
    );
  }
}
