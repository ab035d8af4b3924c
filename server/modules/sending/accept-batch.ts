import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { categoriesOf, permissionsOf } from '#modules/identity/index.ts';
import { MessagesError } from '#modules/messages/index.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import { messageRefused, messagesAccepted } from './audit-trail.ts';
import { checkSubmission, type Checked } from './check-submission.ts';
import type { Accepted, Author, Refused, SendCommand, Sender } from './command.ts';
import { sealEnvelope } from './envelope.ts';
import { submitted } from './events.ts';
import type { SendingPorts } from './ports.ts';
import { insertSubmissions, selectAccepted, type NewSubmission } from './submission-store.ts';

type Ready = { readonly command: SendCommand; readonly row: NewSubmission };

/**
 * Group commit: all that may be sent is stored in one transaction an organisation, in five statements
 * whatever the number. Resolves after the commit: the answers are promises. In the order given.
 * Throws DatabaseUnavailable; then nothing of the organisation concerned was stored.
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
  const ready: Ready[] = [];
  for (const command of commands) {
    const checked = await check(ports, command);
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
  ready: readonly Ready[],
  answers: Map<SendCommand, Accepted>,
): Promise<void> {
  const ids = ready.map(({ command }) => command.messageId);
  const before = await ports.database.inTenant(organizationId, (tx) =>
    selectAccepted(tx, organizationId, ids),
  );
  const seen = new Set<MessageId>();
  const fresh: Ready[] = [];
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
  ready: readonly Ready[],
  now: Date,
): Promise<void> {
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
  });
}

async function check(
  ports: SendingPorts,
  command: SendCommand,
): Promise<{ ok: true; ready: Ready } | { ok: false; refused: Refused }> {
  const checked = await checkRights(ports, command);
  const refused = checked.ok ? await checkSender(ports, command) : checked;
  if (refused !== undefined) {
    const { organizationId, actor, category, channel, ip } = command;
    const refusal = {
      organizationId,
      actor,
      category,
      channel,
      code: refused.code,
      ...(ip === undefined ? {} : { ip }),
    };
    await ports.database.inTenant(organizationId, (tx) => messageRefused(ports.audit, tx, refusal));
    await ports.messages.discard(command.intake);
    return { ok: false, refused };
  }
  const recipients = checked.ok ? checked.recipients : [];
  const { organizationId, messageId, sender, channel, category, options } = command;
  // Bounces of what leaves go to the sender's own mailbox, also where the program gave no return path.
  const returnPath = command.envelopeFrom === '' ? sender.address : command.envelopeFrom;
  const envelopeSealed = await sealEnvelope(ports.keyring, organizationId, {
    returnPath,
    sizeBytes: command.intake.sizeBytes,
    recipients,
    options,
  });
  return {
    ok: true,
    ready: {
      command,
      row: {
        organizationId,
        messageId,
        senderId: sender.userId,
        channel,
        category,
        recipientCount: recipients.length,
        envelopeSealed,
      },
    },
  };
}

async function checkRights(
  ports: SendingPorts,
  { organizationId, sender: author, recipients, category }: SendCommand,
): Promise<Checked> {
  const sender = 'permissions' in author ? author : await withRights(ports, organizationId, author);
  return sender === null
    ? { ok: false, code: 'forbidden', reason: 'This user is not there any more.' }
    : checkSubmission(ports, { organizationId, sender, recipients, category });
}

async function withRights(
  { database, identity }: SendingPorts,
  organizationId: OrganizationId,
  author: Author,
): Promise<Sender | null> {
  const user = await database.inTenant(organizationId, (tx) =>
    identity.getUser(tx, organizationId, author.userId),
  );
  return user === null
    ? null
    : { ...author, permissions: permissionsOf(user), categories: categoriesOf(user) };
}

/** Nobody writes in another's name: From, Sender and the envelope must be addresses of the sender. */
async function checkSender(
  ports: SendingPorts,
  { organizationId, sender, envelopeFrom, intake }: SendCommand,
): Promise<Refused | undefined> {
  const { from, sender: senderField } = intake.headers;
  if (from.length !== 1)
    return {
      ok: false,
      code: 'invalid-request',
      reason: 'A message has exactly one address in its From field.',
    };
  const named = [...from, ...senderField].map(({ address }) => address);
  const used = new Set([...named, ...(envelopeFrom === '' ? [] : [envelopeFrom])].map(normalizeAddress));
  used.delete(normalizeAddress(sender.address));
  if (used.size === 0) return undefined;
  const own = await ports.database.inTenant(organizationId, (tx) =>
    ports.identity.mailAddressesOf(tx, sender.userId),
  );
  for (const address of own) used.delete(normalizeAddress(address));
  return used.size === 0
    ? undefined
    : { ok: false, code: 'forbidden', reason: 'The sender address is not one of yours.' };
}
