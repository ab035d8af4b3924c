import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Tx } from '#platform/database/database.ts';
import { messageDispatched } from './audit-trail.ts';
import { openEnvelope } from './envelope.ts';
import { deliveredLocally } from './events.ts';
import { planDeliveries, type PlannedDelivery } from './plan-deliveries.ts';
import { prepareCopies, storeCopies } from './place-elsewhere.ts';
import type { SendingPorts } from './ports.ts';
import { claimSubmissions, markDispatched, postponeSubmission, type ClaimedSubmission } from './submission-store.ts';

const batchSize = 32;
const parallel = 8;
/** Longer than probing can take; a process that dies is replaced after it. */
const leaseSeconds = 60;
const day = 86_400_000;
const longestPostponeMs = 300_000;

/**
 * Gives each recipient of an accepted message a way. Deciding and probing hold no transaction; what
 * comes of them is written in one, whose guard lets it happen once, whatever is repeated.
 */
export function createDispatchLoop(ports: SendingPorts): Loop {
  const { database, clock, log } = ports;

  async function runOnce(signal: AbortSignal): Promise<number> {
    const claimed = await database.acrossTenants((tx) => claimSubmissions(tx, { limit: batchSize, leaseSeconds, now: clock.now() }));
    const work = claimed.values();
    let done = 0;
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (const submission of work) {
          if (signal.aborted) await postpone(submission, 0);
          else if (await tryDispatch(submission)) done += 1;
        }
      }),
    );
    if (done > 0) ports.delivery.nudge();
    return done;
  }

  async function tryDispatch(submission: ClaimedSubmission): Promise<boolean> {
    try {
      await dispatch(ports, submission);
      return true;
    } catch (error) {
      log.warn('sending.dispatch-failed', { messageId: submission.message_id, attempt: submission.tries, error });
      await postpone(submission, Math.min(longestPostponeMs, 1000 * 2 ** Math.min(submission.tries - 1, 20)));
      return false;
    }
  }

  // When this fails too, the lease runs out instead.
  const postpone = ({ organization_id: organizationId, message_id: messageId }: ClaimedSubmission, delayMs: number): Promise<void> =>
    database
      .inTenant(organizationId, (tx) => postponeSubmission(tx, organizationId, messageId, new Date(clock.now().getTime() + delayMs)))
      .catch(() => undefined);

  return createLoop({ name: 'sending.dispatch', everyMs: 500, runOnce, log });
}

async function dispatch(ports: SendingPorts, submission: ClaimedSubmission): Promise<void> {
  const { organization_id: organizationId, message_id: messageId, sender_id: senderId, category } = submission;
  const envelope = await openEnvelope(ports.keyring, organizationId, submission.envelope_sealed);
  const decision = await ports.database.inTenant(organizationId, (tx) =>
    ports.policy.decide(tx, { organizationId, category, options: envelope.options }),
  );
  const choices = await ports.protection.choose({ organizationId, recipients: envelope.recipients.map(({ address }) => address), decision });
  const planned = planDeliveries({ organizationId, messageId, senderId, category }, envelope, decision, choices);
  const inside = planned.filter(({ delivery }) => delivery.state === 'delivered').map(({ delivery }) => delivery.address);
  const users = inside.length === 0 ? new Map() : await ports.identity.findUsersByAddress(inside);
  const copies = await prepareCopies(ports, submission, [...users.values()]);

  const write = async (tx: Tx): Promise<void> => {
    const now = ports.clock.now();
    if (!(await markDispatched(tx, organizationId, messageId, now))) return;
    await writePlan(tx, ports, planned, now);
    await ports.protection.saveReceipts(tx, {
      organizationId,
      messageId,
      decision,
      receipts: planned.map(({ delivery: { deliveryId }, choice }) => ({ deliveryId, choice })),
    });
    await ports.outbox.publishMany(
      tx,
      deliveredLocally,
      [...new Map([...users.values()].map((mailbox) => [mailbox.userId, mailbox])).values()]
        .filter((mailbox) => mailbox.organizationId === organizationId)
        .map(({ userId }) => ({ organizationId, data: { messageId, recipientUserId: userId } })),
    );
    await storeCopies(tx, ports, copies);
    const rules = decision.rules.filter(({ outcome }) => outcome === 'applied').map(({ rule }) => rule);
    await messageDispatched(ports.audit, tx, { organizationId, messageId, floor: decision.floor, rules, hold: decision.hold, block: decision.block });
  };
  // Only mail to another organisation of this server needs sight of both.
  await (copies.length === 0 ? ports.database.inTenant(organizationId, write) : ports.database.acrossTenants(write));
}

async function writePlan(tx: Tx, ports: SendingPorts, planned: readonly PlannedDelivery[], now: Date): Promise<void> {
  const deliveries = planned.map(({ delivery }) => delivery);
  await ports.delivery.enqueue(tx, deliveries);
  await ports.pickup.offerMany(
    tx,
    deliveries
      .filter(({ state }) => state === 'offered')
      .map(({ organizationId, messageId, deliveryId, address, senderId, offerDays, reason }) => ({
        organizationId,
        messageId,
        deliveryId,
        recipientAddress: address,
        senderId,
        expiresAt: new Date(now.getTime() + offerDays * day),
        reason,
      })),
  );
}

