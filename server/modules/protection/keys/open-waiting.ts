import type { MessageId } from '#contract/ids.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import { newId } from '#platform/ids.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { MessagesError, type MessagesModule } from '#modules/messages/index.ts';
import { ciphersLearned, keyKept, messageWasOpened } from './audit-trail.ts';
import { deleteClosed, forgetFinding, insertClosed } from './closed-store.ts';
import { messageOpened } from './events.ts';
import { findKeyPolicy } from './key-policy-store.ts';
import { keepCapabilities, keepKey, keysOfAddresses } from './known-keys.ts';
import { openMessage, type OpenedMail } from './open-message.ts';
import { ownKeysOf } from './own-keys.ts';
import type { KeysPorts } from './ports.ts';
import { claimWaiting, deleteWaiting, insertOpened, type ClaimedMessage } from './waiting-store.ts';

export type OpenWaitingPorts = KeysPorts & {
  readonly outbox: Pick<Outbox, 'publish' | 'subscribe'>;
  readonly messages: Pick<MessagesModule, 'readRaw' | 'fromRaw' | 'discard' | 'store' | 'destroyContent'>;
};

/** Longer than one message can take. */
const leaseMs = 90_000;
/** After these, people get the message as it came. */
const mostTries = 5;
const by = { actor: { kind: 'system', part: 'protection' } } as const;
const asItCame: OpenedMail = { finding: null, shown: null, harvest: null };

/** Opens what came in signed or encrypted, once, and hands it on to those it came for. */
export function createOpenLoop(ports: OpenWaitingPorts): Loop {
  const { database, clock, log } = ports;

  async function runOnce(): Promise<number> {
    const claimed = await database.acrossTenants((tx) =>
      claimWaiting(tx, { now: clock.now(), leaseMs, limit: 4 }),
    );
    const done = await Promise.all(
      claimed.map((waiting) =>
        openOne(ports, waiting).catch((error: unknown) => {
          log.warn('protection.open-failed', {
            messageId: waiting.messageId,
            attempt: waiting.tries,
            error,
          });
          return 0;
        }),
      ),
    );
    return done.reduce<number>((sum, each) => sum + each, 0);
  }

  return createLoop({ name: 'protection.open', everyMs: 1_000, runOnce, log });
}

async function openOne(ports: OpenWaitingPorts, waiting: ClaimedMessage): Promise<number> {
  const opened = waiting.tries > mostTries ? asItCame : await tryToOpen(ports, waiting);
  if (opened === 'later') return 0;
  if (waiting.again && isStillClosed(opened)) {
    await ports.database.inTenant(waiting.organizationId, (tx) => deleteWaiting(tx, waiting));
    return 1;
  }
  await handOn(ports, waiting, opened);
  return 1;
}

/** Nothing new: it goes on waiting for another key. */
function isStillClosed({ finding }: OpenedMail): boolean {
  return finding === null || finding.encryption === 'no-key';
}

async function tryToOpen(ports: OpenWaitingPorts, waiting: ClaimedMessage): Promise<OpenedMail | 'later'> {
  const { organizationId, messageId, recipientUserIds } = waiting;
  let raw: Buffer;
  try {
    raw = await ports.messages.readRaw(organizationId, messageId);
  } catch (error) {
    if (error instanceof MessagesError && error.code === 'gone') return asItCame;
    throw error;
  }
  const keys = await ports.database.inTenant(organizationId, (tx) =>
    ownKeysOf(tx, ports, organizationId, recipientUserIds),
  );
  return (await openMessage(ports, organizationId, raw, keys)) ?? asItCame;
}

/** One transaction: the message as people see it, what was found, the key that came along, and who is told. */
async function handOn(ports: OpenWaitingPorts, waiting: ClaimedMessage, opened: OpenedMail): Promise<void> {
  const { organizationId, messageId: originalId, recipientUserIds, arrival, receivedAt, again } = waiting;
  const { finding, shown } = opened;
  const messageId = shown === null ? originalId : newId<MessageId>();
  const intake = shown === null ? null : await ports.messages.fromRaw(organizationId, shown);
  const handed = await ports.database.inTenant(organizationId, async (tx) => {
    if (!(await deleteWaiting(tx, waiting))) return false;
    if (again) {
      await deleteClosed(tx, waiting);
      await forgetFinding(tx, waiting);
    }
    if (finding?.encryption === 'no-key') await insertClosed(tx, waiting, finding.kind);
    if (intake !== null) {
      await ports.messages.store(tx, [
        { messageId, organizationId, intake, direction: 'inbound', category: 'administrative' },
      ]);
    }
    if (finding !== null) {
      await insertOpened(tx, { organizationId, messageId, originalId, finding, openedAt: ports.clock.now() });
      await messageWasOpened(ports.audit, tx, { organizationId, messageId, originalId, finding });
    }
    await harvest(ports, tx, waiting, opened);
    await ports.outbox.publish(tx, messageOpened, organizationId, {
      messageId,
      originalId,
      recipientUserIds,
      arrival,
      receivedAt: receivedAt.toISOString(),
      finding,
      ...(again ? { again } : {}),
    });
    return true;
  });
  if (!handed && intake !== null) await ports.messages.discard(intake);
}

/** A key that signed mail of its own address is taken up, and trusted only where the organisation trusts first use. */
async function harvest(
  ports: OpenWaitingPorts,
  tx: Parameters<typeof findKeyPolicy>[0],
  { organizationId }: ClaimedMessage,
  { harvest: found }: OpenedMail,
): Promise<void> {
  if (found === null) return;
  const { address, key, says } = found;
  const known = (await keysOfAddresses(tx, ports, organizationId, [address])).get(address) ?? [];
  const { trustFirstUse } = await findKeyPolicy(tx, organizationId);
  const isFirst = known.every(({ kind }) => kind !== key.kind);
  const kept = await keepKey(tx, ports, {
    organizationId,
    address,
    key,
    source: 'signed-mail',
    trust: trustFirstUse && isFirst ? 'trusted' : 'undecided',
    decides: false,
  });
  if (kept.added) await keyKept(ports.audit, tx, by, kept, 'signed-mail');
  const isNews = says !== null && String(kept.capabilities?.ciphers) !== String(says.ciphers);
  if (says === null || !(await keepCapabilities(tx, kept, says)) || !isNews) return;
  await ciphersLearned(ports.audit, tx, by, kept, says.ciphers);
}
