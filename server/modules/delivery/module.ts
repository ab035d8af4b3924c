import type { DeliveryState } from '#contract/delivery.ts';
import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { Actor } from '#modules/audit/index.ts';
import { pickupEvents } from '#modules/pickup/index.ts';
import type { Statement, Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { attendToWaiting } from './attend-waiting.ts';
import { composeReport } from './compose-report.ts';
import type { Delivery, JourneyStep, NewDelivery } from './delivery.ts';
import {
  countStates,
  findDelivery,
  selectDeliveries,
  selectSteps,
  type StoredDelivery,
} from './delivery-store.ts';
import { forgetDestinations } from './destination-store.ts';
import { createDispatcher } from './dispatcher.ts';
import { enqueueDeliveries, enqueueLetter } from './enqueue-deliveries.ts';
import { deliveriesArrived, deliveriesDelayed, deliveriesFailed, journalDue } from './events.ts';
import { followPickup } from './follow-pickup.ts';
import { composeJournal, journaling, type JournalEntry } from './journal.ts';
import { createDeliveryMetrics } from './metrics.ts';
import type { DeliveryPorts } from './ports.ts';
import { readReturnPath, type ReturnClaim } from './return-path.ts';
import { pauseQueue, resumeQueue } from './pause-queue.ts';
import { queueRoutes } from './routes.ts';
import { revokeDelivery, type DeliveryChange } from './revoke-delivery.ts';
import { showAddress } from './sealed-columns.ts';
import { takeReturn, type ReturnOutcome } from './take-return.ts';

export interface DeliveryModule {
  /** Writes recipients into the queue, in the caller's transaction. All of one organisation. */
  enqueue(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void>;
  /** The recipients of a message, in the order in which they were given. */
  forMessage(tx: Tx, organizationId: OrganizationId, messageId: MessageId): Promise<Delivery[]>;
  find(tx: Tx, organizationId: OrganizationId, deliveryId: DeliveryId): Promise<Delivery | undefined>;
  stepsOf(tx: Tx, organizationId: OrganizationId, deliveryIds: readonly DeliveryId[]): Promise<JourneyStep[]>;
  countStates(
    tx: Tx,
    organizationId: OrganizationId,
    messageIds: readonly MessageId[],
  ): Promise<{ messageId: MessageId; state: DeliveryState; count: number }[]>;
  revoke(tx: Tx, change: DeliveryChange): Promise<'revoked' | 'asked' | 'too-late'>;
  /** What the local part of an address of the organisation's stands for; null when it is no return path of ours. */
  readReturnPath(organizationId: OrganizationId, localPart: string): Promise<ReturnClaim | null>;
  /** Takes what came to it, in a transaction of its own. */
  takeReturn(organizationId: OrganizationId, claim: ReturnClaim, raw: Buffer): Promise<ReturnOutcome>;
  /** What notes messages for the archive of their organisation, for the transaction that stores them; none where it has none. */
  journaling(organizationId: OrganizationId, entries: readonly JournalEntry[]): Promise<Statement[]>;
  /** Lets an organisation's queue rest; what is under way ends. */
  pause(tx: Tx, organizationId: OrganizationId, actor: Actor, reason: string): Promise<void>;
  resume(tx: Tx, organizationId: OrganizationId, actor: Actor): Promise<void>;
  /** After a commit that made something due: it need not wait for the next look. */
  nudge(): void;
  readonly routes: Route[];
  readonly loops: Loop[];
}

/** What was learned of a destination that nobody has written to for so long is not true any more. */
const destinationsKeptMs = 7 * 86_400_000;

export function createDeliveryModule(
  given: Omit<DeliveryPorts, 'metrics'> & { readonly metrics: Metrics },
): DeliveryModule {
  const ports: DeliveryPorts = { ...given, metrics: createDeliveryMetrics(given.metrics) };
  const { outbox, keyring, clock } = ports;
  const dispatcher = createDispatcher(ports);

  outbox.subscribe(pickupEvents.letterReady, 'delivery.send-letter', (tx, { organizationId, data }) =>
    enqueueLetter(tx, ports, organizationId, data.letterId),
  );
  outbox.subscribe(deliveriesFailed, 'delivery.compose-report', (tx, { organizationId, data }) =>
    composeReport(tx, ports, organizationId, data),
  );
  outbox.subscribe(deliveriesArrived, 'delivery.compose-arrival-report', (tx, { organizationId, data }) =>
    composeReport(tx, ports, organizationId, data),
  );
  outbox.subscribe(deliveriesDelayed, 'delivery.compose-delay-notice', (tx, { organizationId, data }) =>
    composeReport(tx, ports, organizationId, data, 'delay'),
  );
  outbox.subscribe(journalDue, 'delivery.compose-journal', (tx, { organizationId, data }) =>
    composeJournal(tx, ports, organizationId, data),
  );
  followPickup(outbox, ports);

  async function opened(row: StoredDelivery): Promise<Delivery> {
    return {
      organizationId: row.organization_id,
      deliveryId: row.delivery_id,
      messageId: row.message_id,
      senderId: row.sender_id,
      address: await showAddress(keyring, row.organization_id, row.recipient_sealed),
      kind: row.recipient_kind,
      promised: row.promised,
      protection: row.protection,
      state: row.state,
      stateSince: row.state_since,
      reason: row.reason,
      createdAt: row.created_at,
      nextAttemptAt: row.next_attempt_at,
    };
  }

  return {
    enqueue: (tx, deliveries) => enqueueDeliveries(tx, ports, deliveries),
    forMessage: async (tx, organizationId, messageId) =>
      Promise.all((await selectDeliveries(tx, organizationId, messageId)).map(opened)),
    async find(tx, organizationId, deliveryId) {
      const row = await findDelivery(tx, organizationId, deliveryId);
      return row === undefined ? undefined : opened(row);
    },
    stepsOf: selectSteps,
    countStates,
    revoke: (tx, change) => revokeDelivery(tx, ports, change),
    readReturnPath: (organizationId, localPart) =>
      readReturnPath(keyring, organizationId, localPart, clock.now()),
    takeReturn: (organizationId, claim, raw) => takeReturn(ports, organizationId, claim, raw),
    journaling: (organizationId, entries) => journaling(ports, organizationId, entries),
    pause: (tx, organizationId, actor, reason) =>
      pauseQueue(tx, ports, { organizationId, actor, reason, what: { scope: 'organization' } }),
    resume: (tx, organizationId, actor) =>
      resumeQueue(tx, ports, { organizationId, actor, what: { scope: 'organization' } }),
    nudge: () => dispatcher.nudge(),
    routes: queueRoutes(ports, () => dispatcher.nudge()),
    loops: [
      ...dispatcher.loops,
      createLoop({
        name: 'delivery.attend',
        everyMs: 5_000,
        runOnce: () => attendToWaiting(ports),
        log: ports.log,
      }),
      createLoop({
        name: 'delivery.forget-destinations',
        everyMs: 3_600_000,
        runOnce: () =>
          ports.database.acrossTenants((tx) =>
            forgetDestinations(tx, new Date(clock.now().getTime() - destinationsKeptMs)),
          ),
        log: ports.log,
      }),
    ],
  };
}
