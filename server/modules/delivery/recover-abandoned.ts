import type { Tx } from '#platform/database/database.ts';
import { attemptsRecovered } from './audit-trail.ts';
import { selectAbandoned, type AbandonedRow } from './claim-store.ts';
import { insertTransitions } from './delivery-store.ts';
import { deliveryStateChanged } from './events.ts';
import { nextState, type AttemptOutcome, type NextState } from './outcome.ts';
import type { DeliveryPorts } from './ports.ts';
import { endAttempts } from './settle-store.ts';

const batchSize = 500;
/** Attempts in a row that ended with their process: then a person has to look at the message. */
const mostInterruptions = 8;

/**
 * Takes up what a process that has gone left behind. An attempt that had not reached its last byte is
 * simply tried again, at once; one that had is uncertain. Answers how many.
 */
export async function recoverAbandoned(ports: DeliveryPorts): Promise<number> {
  const now = ports.clock.now();
  return ports.database.acrossTenants(async (tx) => {
    const abandoned = await selectAbandoned(tx, batchSize);
    if (abandoned.length === 0) return 0;
    const settled = abandoned.map((row) => ({ row, ...outcomeOf(row, now) }));
    await endAttempts(
      tx,
      settled.map(({ row, outcome, next }) => ({
        organizationId: row.organization_id,
        deliveryId: row.delivery_id,
        attempt: row.attempts,
        next,
        outcome: outcome.kind,
        replyCode: null,
        detailSealed: null,
        destination: '',
        interruptions: row.interruptions + 1,
      })),
      now,
    );
    await insertTransitions(
      tx,
      settled.map(({ row, next }) => ({
        organizationId: row.organization_id,
        deliveryId: row.delivery_id,
        ...next,
      })),
      now,
    );
    await tell(tx, ports, settled);
    ports.metrics.givenToPeople.inc(settled.filter(({ next }) => next.state === 'held').length);
    ports.log.warn('delivery.recovered', { count: abandoned.length });
    return abandoned.length;
  });
}

function outcomeOf(row: AbandonedRow, now: Date): { outcome: AttemptOutcome; next: NextState } {
  const delivery = {
    deliveryId: row.delivery_id,
    purpose: row.purpose,
    lane: row.lane,
    attempt: row.attempts,
    giveUpAt: row.give_up_at,
    protection: row.protection,
  } as const;
  if (row.phase === 'transmitting') return withNext({ kind: 'uncertain' });
  if (row.revoked) return withNext({ kind: 'revoked' });
  return withNext({ kind: 'deferred', because: 'interrupted' });

  function withNext(outcome: AttemptOutcome) {
    const next = nextState(delivery, outcome, now);
    return {
      outcome,
      next: outcome.kind === 'revoked' ? next : afterInterruption(next, row.interruptions + 1, now),
    };
  }
}

/**
 * The first is chance, and tried again at once. From the second on the message may be the cause: it goes by itself, each
 * time later, and in the end only when a person says so.
 */
function afterInterruption(next: NextState, interruptions: number, now: Date): NextState {
  if (interruptions >= mostInterruptions) {
    return next.state === 'uncertain'
      ? { ...next, nextAttemptAt: null }
      : { ...next, state: 'held', reason: 'held-after-interruptions', nextAttemptAt: null };
  }
  if (interruptions < 2 || next.nextAttemptAt === null) return next;
  const earliest = now.getTime() + 1_000 * 2 ** (interruptions - 2);
  return { ...next, nextAttemptAt: new Date(Math.max(earliest, next.nextAttemptAt.getTime())) };
}

async function tell(
  tx: Tx,
  ports: DeliveryPorts,
  settled: readonly { row: AbandonedRow; next: NextState }[],
): Promise<void> {
  await attemptsRecovered(ports.audit, tx, settled);
  await ports.outbox.publishMany(
    tx,
    deliveryStateChanged,
    settled.map(({ row, next }) => ({
      organizationId: row.organization_id,
      data: { deliveryId: row.delivery_id, messageId: row.message_id, state: next.state },
    })),
  );
}
