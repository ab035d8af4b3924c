import type { OrganizationId } from '#contract/ids.ts';
import { categoriesOf, permissionsOf } from '#modules/identity/index.ts';
import { domainOf, normalizeAddress } from '#protocols/mime/index.ts';
import { messageRefused } from './audit-trail.ts';
import { checkSubmission, type Checked } from './check-submission.ts';
import type { Author, Recipient, Refused, SendCommand, Sender } from './command.ts';
import { sealEnvelope } from './envelope.ts';
import type { SendingPorts } from './ports.ts';
import type { NewSubmission } from './submission-store.ts';

/** A command that may be accepted, with what is to be stored of it. */
export interface ReadyCommand {
  readonly command: SendCommand;
  readonly row: NewSubmission;
  /** Without repetitions. */
  readonly recipients: readonly Recipient[];
}

/**
 * Whether a message may be sent as it is: rights, recipients, and in whose name. A refusal is recorded, and
 * what was taken in for the message is given up.
 */
export async function checkCommand(
  ports: SendingPorts,
  command: SendCommand,
): Promise<{ ok: true; ready: ReadyCommand } | { ok: false; refused: Refused }> {
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
      ip,
    };
    await ports.database.inTenant(organizationId, (tx) => messageRefused(ports.audit, tx, refusal));
    await ports.messages.discard(command.intake);
    return { ok: false, refused };
  }
  const recipients = checked.ok ? checked.recipients : [];
  const { organizationId, messageId, sender, channel, category, options } = command;
  // Bounces of what leaves go to the sender's own mailbox, also where the program gave no return path.
  const isOwn = command.envelopeFrom === '' && command.relayedFor === undefined;
  const returnPath = isOwn ? sender.address : command.envelopeFrom;
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
      recipients,
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
  { organizationId, sender, envelopeFrom, intake, relayedFor }: SendCommand,
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
  for (const address of used) if (relayedFor?.has(domainOf(address) ?? '') === true) used.delete(address);
  if (used.size === 0) return undefined;
  const own = await ports.database.inTenant(organizationId, (tx) =>
    ports.identity.mailAddressesOf(tx, sender.userId),
  );
  for (const address of own) used.delete(normalizeAddress(address));
  return used.size === 0
    ? undefined
    : { ok: false, code: 'forbidden', reason: 'The sender address is not one of yours.' };
}
