import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import type { LetterId, LetterToSend } from '#modules/pickup/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { deliveriesEnqueued } from './audit-trail.ts';
import type { NewDelivery } from './delivery.ts';
import { insertDeliveries, type DeliveryRow } from './delivery-store.ts';
import { deliveryStateChanged } from './events.ts';
import { giveUpAt, laneOf, lanes, tellAt, type LaneName } from './lanes.ts';
import type { DeliveryPorts } from './ports.ts';
import { publishReports } from './publish-reports.ts';
import { sealDsn, sealOnward, sealRecipient } from './sealed-columns.ts';

type Ports = Pick<DeliveryPorts, 'keyring' | 'clock' | 'audit' | 'outbox'>;

/** Writes recipients of one organisation's messages into the queue, each in the state that the decision gave it. */
export async function enqueueDeliveries(
  tx: Tx,
  ports: Ports,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  const organizationId = deliveries[0]?.organizationId;
  if (organizationId === undefined) return;
  const now = ports.clock.now();
  const rows = await Promise.all(
    deliveries.map(async (delivery): Promise<DeliveryRow> => {
      const lane = delivery.lane ?? laneOf(delivery.category);
      return {
        ...(await sealRecipient(
          ports.keyring,
          delivery.organizationId,
          delivery.address,
          delivery.returnPath,
        )),
        organizationId: delivery.organizationId,
        deliveryId: delivery.deliveryId,
        messageId: delivery.messageId,
        letterId: null,
        senderId: delivery.senderId,
        kind: delivery.kind,
        sizeBytes: delivery.sizeBytes,
        lane,
        priority: lanes[lane].priority,
        promised: delivery.protection,
        offerDays: delivery.offerDays,
        state: delivery.state,
        reason: delivery.reason,
        giveUpAt: giveUpAt(lane, now),
        attendAt: tellAt(lane, now) ?? giveUpAt(lane, now),
        nextAttemptAt: delivery.state === 'queued' ? now : null,
        requireTls: delivery.requireTls === true,
        dsnSealed: await sealDsn(ports.keyring, delivery.organizationId, delivery.dsn),
        onwardSealed: await sealOnward(ports.keyring, delivery.organizationId, delivery.onward),
      };
    }),
  );
  await insertDeliveries(tx, rows, now);
  await deliveriesEnqueued(ports.audit, tx, deliveries);
  await ports.outbox.publishMany(
    tx,
    deliveryStateChanged,
    deliveries.map(({ deliveryId, messageId, state }) => ({
      organizationId,
      data: { deliveryId, messageId, state },
    })),
  );
  await publishReports(tx, ports.outbox, organizationId, deliveries);
}

const laneOfLetter = {
  code: 'code',
  notice: 'notice',
  reminder: 'notice',
  access: 'notice',
  'lock-warning': 'notice',
} as const satisfies Record<LetterToSend['kind'], LaneName>;

/** Puts a letter of pickup's into the queue. Letters hold no PHI, so any connection will do, unless the organisation says otherwise. */
export async function enqueueLetter(
  tx: Tx,
  ports: Ports & Pick<DeliveryPorts, 'pickup' | 'organizations'>,
  organizationId: OrganizationId,
  letterId: LetterId,
): Promise<void> {
  const letter = await ports.pickup.letterToSend(tx, organizationId, letterId);
  if (letter === undefined) return;
  const { settings } = await ports.organizations.get(tx, organizationId);
  const now = ports.clock.now();
  const lane = laneOfLetter[letter.kind];
  const row: DeliveryRow = {
    ...(await sealRecipient(ports.keyring, organizationId, letter.address, letter.returnPath)),
    organizationId,
    deliveryId: newId<DeliveryId>(),
    messageId: letter.messageId,
    letterId,
    senderId: null,
    kind: 'to',
    sizeBytes: letter.sizeBytes,
    lane,
    priority: lanes[lane].priority,
    promised: settings.noticeRequiresTls ? 'tls-verified' : 'cleartext',
    offerDays: 0,
    state: 'queued',
    reason: 'waiting-to-send',
    giveUpAt: giveUpAt(lane, now),
    attendAt: giveUpAt(lane, now),
    nextAttemptAt: now,
    requireTls: false,
    dsnSealed: null,
    onwardSealed: null,
  };
  await insertDeliveries(tx, [row], now);
}
