import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Mailbox } from '#modules/identity/index.ts';
import type { Decision } from '#modules/policy/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { messagesDispatched } from './audit-trail.ts';
import { deliveredLocally } from './events.ts';
import { storeCopies, type ForeignCopy } from './place-elsewhere.ts';
import type { PlannedDelivery } from './plan-deliveries.ts';
import type { SendingPorts } from './ports.ts';
import { markDispatched } from './submission-store.ts';

/** A message whose recipients all have a way; it only has to be written. */
export interface PreparedDispatch {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly decision: Decision;
  readonly planned: readonly PlannedDelivery[];
  /** Mailboxes of this server. */
  readonly mailboxes: readonly Mailbox[];
  readonly copies: readonly ForeignCopy[];
}

export type Failures = ReadonlyMap<PreparedDispatch, { readonly error: unknown }>;

const day = 86_400_000;

/**
 * Writes what was prepared, one transaction an organisation. When one cannot be written with the others, each
 * is tried by itself; those that fail are in the answer.
 */
export async function writeDispatch(
  ports: SendingPorts,
  prepared: readonly PreparedDispatch[],
): Promise<Failures> {
  const failures = new Map<PreparedDispatch, { error: unknown }>();
  const groups = [...Map.groupBy(prepared, ({ organizationId }) => organizationId)];
  await Promise.all(
    groups.map(async ([organizationId, group]) => {
      const together = await attempt(ports, organizationId, group);
      if (together === undefined) return;
      for (const one of group) {
        const failure = group.length === 1 ? together : await attempt(ports, organizationId, [one]);
        if (failure !== undefined) failures.set(one, failure);
      }
    }),
  );
  return failures;
}

async function attempt(
  ports: SendingPorts,
  organizationId: OrganizationId,
  group: readonly PreparedDispatch[],
): Promise<{ error: unknown } | undefined> {
  const work = (tx: Tx): Promise<void> => write(tx, ports, organizationId, group);
  try {
    // Only mail to another organisation of this server needs sight of both.
    const alone = group.every(({ copies }) => copies.length === 0);
    await (alone ? ports.database.inTenant(organizationId, work) : ports.database.acrossTenants(work));
    return undefined;
  } catch (error) {
    return { error };
  }
}

async function write(
  tx: Tx,
  ports: SendingPorts,
  organizationId: OrganizationId,
  group: readonly PreparedDispatch[],
): Promise<void> {
  const now = ports.clock.now();
  const marked = await markDispatched(
    tx,
    organizationId,
    group.map(({ messageId }) => messageId),
    now,
  );
  const mine = group.filter(({ messageId }) => marked.has(messageId));
  const deliveries = mine.flatMap(({ planned }) => planned.map(({ delivery }) => delivery));
  await ports.delivery.enqueue(tx, deliveries);
  await ports.pickup.offerMany(
    tx,
    deliveries
      .filter(({ state }) => state === 'offered')
      .flatMap((each) => (each.senderId === null ? [] : [{ ...each, senderId: each.senderId }]))
      .map(({ messageId, deliveryId, address, senderId, offerDays, reason }) => ({
        organizationId,
        messageId,
        deliveryId,
        recipientAddress: address,
        senderId,
        expiresAt: new Date(now.getTime() + offerDays * day),
        reason,
      })),
  );
  // None needs another's answer: all go out without waiting in between.
  await Promise.all([
    ports.protection.saveReceipts(
      tx,
      organizationId,
      mine.map(({ messageId, decision, planned }) => ({
        messageId,
        decision,
        receipts: planned.map(({ delivery: { deliveryId }, choice }) => ({ deliveryId, choice })),
      })),
    ),
    ...mine.map(({ copies }) => storeCopies(tx, ports, copies)),
  ]);
  await ports.outbox.publishMany(
    tx,
    deliveredLocally,
    mine.flatMap((each) => placementsOf(organizationId, each)),
  );
  await messagesDispatched(ports.audit, tx, organizationId, mine);
}

/** Once for each user, whatever the number of their addresses in the message. */
function placementsOf(organizationId: OrganizationId, { messageId, mailboxes }: PreparedDispatch) {
  const own = mailboxes.filter((mailbox) => mailbox.organizationId === organizationId);
  return [...new Set(own.map(({ userId }) => userId))].map((recipientUserId) => ({
    organizationId,
    data: { messageId, recipientUserId },
  }));
}
