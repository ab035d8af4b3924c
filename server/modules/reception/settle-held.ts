import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Actor, Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { heldMessageSettled } from './audit-trail.ts';
import { ReceptionError } from './errors.ts';
import { received } from './events.ts';
import { forwardsOf } from './forward.ts';
import { deliveriesOf } from './pass-on.ts';
import type { ReceptionPorts } from './ports.ts';
import type { HeldMessage } from './quarantine.ts';
import { selectHeldBefore, settleHeld } from './quarantine-store.ts';
import { noteReturned, toJournal } from './store-inbound.ts';

type Ports = Pick<
  ReceptionPorts,
  | 'database'
  | 'keyring'
  | 'messages'
  | 'audit'
  | 'clock'
  | 'outbox'
  | 'organizations'
  | 'delivery'
  | 'domains'
>;

interface Which {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
}

/** Delivers a held message, as if it had come just now; that it was held, and why, stays with it. Throws ReceptionError 'not-found'. */
export async function releaseHeld(ports: Ports, which: Which, by: Doer): Promise<void> {
  await ports.database.inTenant(which.organizationId, async (tx) => {
    const held = await settle(tx, ports, which, 'released', by);
    if (held === undefined) throw notHeld();
    const onward = await forwardsOf(ports, held);
    await ports.delivery.enqueue(tx, [...deliveriesOf({ ...held, addresses: held.passOn }), ...onward]);
    await noteReturned(tx, ports, held);
    const journaling = await ports.delivery.journaling(which.organizationId, [toJournal(held, null)]);
    for (const statement of journaling) await statement.execute(tx);
    const { organizationId, messageId, recipientUserIds, arrival, reason, quarantinedAt } = held;
    const heldBack = { reason, since: quarantinedAt.toISOString() };
    await ports.outbox.publishMany(tx, received, [
      { organizationId, data: { messageId, recipientUserIds, arrival: { ...arrival, heldBack } } },
    ]);
  });
}

/** Destroys a held message. Throws ReceptionError 'not-found'. */
export async function deleteHeld(ports: Ports, which: Which, by: Doer): Promise<void> {
  await ports.database.inTenant(which.organizationId, async (tx) => {
    if ((await settle(tx, ports, which, 'deleted', by)) === undefined) throw notHeld();
    await ports.messages.destroyContent(tx, which.messageId, { because: 'erased', actor: by.actor });
  });
}

const day = 86_400_000;
const batchSize = 100;
const actor: Actor = { kind: 'system', part: 'reception' };

/** Destroys what nobody decided about in time. Answers how many. */
export async function expireHeld(ports: Ports): Promise<number> {
  const now = ports.clock.now();
  const oldest = await ports.database.acrossTenants((tx) =>
    selectHeldBefore(tx, new Date(now.getTime() - day), batchSize),
  );
  let expired = 0;
  for (const which of oldest) {
    const { quarantineDays } = await ports.organizations.settingsOf(which.organizationId);
    if (expiryOf(which, quarantineDays) > now) continue;
    await ports.database.inTenant(which.organizationId, async (tx) => {
      if ((await settle(tx, ports, which, 'expired', { actor })) === undefined) return;
      await ports.messages.destroyContent(tx, which.messageId, { because: 'expired', actor });
      expired += 1;
    });
  }
  return expired;
}

export function expiryOf(
  { quarantinedAt }: Pick<HeldMessage, 'quarantinedAt'>,
  quarantineDays: number,
): Date {
  return new Date(quarantinedAt.getTime() + quarantineDays * day);
}

async function settle(
  tx: Tx,
  { keyring, clock, audit }: Ports,
  which: Which,
  state: 'released' | 'deleted' | 'expired',
  by: Doer,
): Promise<HeldMessage | undefined> {
  const held = await settleHeld(tx, keyring, which, state, clock.now());
  if (held !== undefined) await heldMessageSettled(audit, tx, held, state, by);
  return held;
}

const notHeld = (): ReceptionError =>
  new ReceptionError('not-found', 'This message is not held back, or not any more.');
