import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { JournalEntry } from '#modules/delivery/index.ts';
import { MessagesError } from '#modules/messages/index.ts';
import { messagesAccepted } from './audit-trail.ts';
import { checkCommand, type ReadyCommand } from './check-command.ts';
import type { Accepted, SendCommand } from './command.ts';
import { submitted } from './events.ts';
import type { SendingPorts } from './ports.ts';
import { insertSubmissions, selectAccepted } from './submission-store.ts';

/**
 * Group commit: all that may be sent is stored in one transaction an organisation, in five statements
 * whatever the number. Resolves after the commit: the answers are promises. In the order given.
 * Throws DatabaseUnavailable; a commit whose answer was lost may have happened, and the same ids given again
 * are then answered as accepted.
 */
export async function acceptBatch(
  ports: SendingPorts,
  commands: readonly SendCommand[],
): Promise<Accepted[]> {
  const answers = new Map<SendCommand, Accepted>();
  const byOrganization = Map.groupBy(commands, ({ organizationId }) => organizationId);
  await Promise.all(
    [...byOrganization].map(([organizationId, group]) => acceptOfOne(ports, organizationId, group, answers)),
  );
  return commands.map(
    (command) =>
      answers.get(command) ?? { ok: false, code: 'conflict', reason: 'The message was not accepted.' },
  );
}

async function acceptOfOne(
  ports: SendingPorts,
  organizationId: OrganizationId,
  commands: readonly SendCommand[],
  answers: Map<SendCommand, Accepted>,
): Promise<void> {
  const ready: ReadyCommand[] = [];
  for (const command of commands) {
    const checked = await checkCommand(ports, command);
    if (checked.ok) ready.push(checked.ready);
    else answers.set(command, checked.refused);
  }
  if (ready.length === 0) return;
  const acceptedAt = ports.clock.now();
  try {
    await storeAll(ports, organizationId, ready, acceptedAt);
    for (const { command } of ready)
      answers.set(command, { ok: true, messageId: command.messageId, acceptedAt });
  } catch (error) {
    if (!(error instanceof MessagesError) || error.code !== 'conflict') throw error;
    await answerRepeated(ports, organizationId, ready, answers);
  }
}

/** Some id was stored before: those are answered as they were then, and the others are stored. */
async function answerRepeated(
  ports: SendingPorts,
  organizationId: OrganizationId,
  ready: readonly ReadyCommand[],
  answers: Map<SendCommand, Accepted>,
): Promise<void> {
  const ids = ready.map(({ command }) => command.messageId);
  const before = await ports.database.inTenant(organizationId, (tx) =>
    selectAccepted(tx, organizationId, ids),
  );
  const seen = new Set<MessageId>();
  const fresh: ReadyCommand[] = [];
  for (const each of ready) {
    const { messageId, intake } = each.command;
    const acceptedAt = before.get(messageId);
    if (acceptedAt === undefined && !seen.has(messageId)) fresh.push(each);
    else {
      await ports.messages.discard(intake);
      answers.set(each.command, { ok: true, messageId, acceptedAt: acceptedAt ?? ports.clock.now() });
    }
    seen.add(messageId);
  }
  // Nothing was stored before: the id belongs to a message of another kind.
  if (fresh.length === ready.length) {
    for (const { command } of fresh)
      answers.set(command, { ok: false, code: 'conflict', reason: 'A message of this id exists already.' });
    return;
  }
  await acceptOfOne(
    ports,
    organizationId,
    fresh.map(({ command }) => command),
    answers,
  );
}

async function storeAll(
  ports: SendingPorts,
  organizationId: OrganizationId,
  ready: readonly ReadyCommand[],
  now: Date,
): Promise<void> {
  const journaling = await ports.delivery.journaling(organizationId, ready.map(toJournal));
  await ports.database.inTenant(organizationId, async (tx) => {
    await ports.messages.store(
      tx,
      ready.map(({ command: { messageId, intake, category, sender } }) => ({
        messageId,
        organizationId,
        intake,
        direction: 'outbound' as const,
        category,
        authorId: sender.userId,
      })),
    );
    await insertSubmissions(
      tx,
      ready.map(({ row }) => row),
      now,
    );
    await messagesAccepted(
      ports.audit,
      tx,
      ready.map(({ command }) => command),
    );
    await ports.outbox.publishMany(
      tx,
      submitted,
      ready.map(({ command: { messageId, sender } }) => ({
        organizationId,
        data: { messageId, userId: sender.userId },
      })),
    );
    for (const statement of journaling) await statement.execute(tx);
  });
}

const toJournal = ({
  command: { messageId, envelopeFrom, sender, intake },
  recipients,
}: ReadyCommand): JournalEntry => ({
  messageId,
  direction: 'outgoing',
  sender: envelopeFrom === '' ? sender.address : envelopeFrom,
  recipients,
  field: intake.headers.messageId,
});
