import type { MessageId } from '#contract/ids.ts';
import { MessageCategory } from '#contract/messages.ts';
import { SendOptionsSchema } from '#contract/sending.ts';
import { categoriesOf } from '#modules/identity/index.ts';
import { MessagesError, type MessageSummary } from '#modules/messages/index.ts';
import type { Refused, SendCommand } from '#modules/sending/index.ts';
import { isUuid, newId } from '#platform/ids.ts';
import { headerLimits, parseHeaderSection, type HeaderSection } from '#protocols/mime/index.ts';
import {
  invalidProperties,
  writeMailDate,
  type CreatedIds,
  type JsonObject,
  type SetError,
} from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { draftSubmitted } from './audit-trail.ts';
import { formatUtcDate } from './describe-emails.ts';
import { selectEmails } from './email-store.ts';
import { readEnvelope, type DraftEnvelope } from './envelope.ts';
import { sealEnvelope } from './finish-handover.ts';
import { findOwner, type MailIdentity, type Owner } from './identity.ts';
import type { JmapContext } from './jmap-context.ts';
import { changeAccount } from './journal.ts';
import type { MailboxPorts } from './ports.ts';
import { beginHandover, endHandover } from './submission-store.ts';

export type SubmitOutcome =
  | {
      readonly ok: true;
      readonly draftId: MessageId;
      readonly messageId: MessageId;
      readonly acceptedAt: Date;
    }
  | { readonly ok: false; readonly error: SetError };

const known = new Set([
  'identityId',
  'emailId',
  'envelope',
  'undoStatus',
  'carepost:category',
  'carepost:options',
]);

const noSuchEmail = invalidProperties(['emailId'], 'There is no such email.');

interface Prepared {
  readonly owner: Owner;
  readonly identity: MailIdentity;
  readonly draft: MessageSummary;
}

/**
 * Hands a draft over to `sending`: what is sent is a message of its own, the draft without Bcc and with the
 * time of sending. Asked twice for one draft, it is sent once. `patch` is what the client wants done to the
 * draft once it is sent (RFC 8621 §7.5 onSuccessUpdateEmail).
 */
export async function submitDraft(
  ports: MailboxPorts,
  context: JmapContext,
  createdIds: CreatedIds,
  object: JsonObject,
  patch: JsonObject | null,
): Promise<SubmitOutcome> {
  const { account } = context;
  const unknown = Object.keys(object).filter((name) => !known.has(name));
  if (unknown.length > 0) return refuse(invalidProperties(unknown));
  // Which of the two is needed hangs on each recipient: `sending` asks for it. Who has neither sends nothing.
  if (
    !context.permissions.has('message.send.external') &&
    !(await context.authorize('message.send.internal'))
  )
    return refuse({ type: 'forbiddenToSend' });
  const category = MessageCategory.optional().safeParse(object['carepost:category'] ?? undefined);
  const options = SendOptionsSchema.safeParse(object['carepost:options'] ?? {});
  if (!category.success || !options.success)
    return refuse(invalidProperties([category.success ? 'carepost:options' : 'carepost:category']));

  const prepared = await prepare(ports, context, createdIds, object);
  if ('type' in prepared) return refuse(prepared);
  const { owner, identity, draft } = prepared;
  const raw = await readDraft(ports, account, draft.messageId);
  if (raw === null) return refuse(noSuchEmail);
  const parsed = parseHeaderSection(raw);
  if (!parsed.ok)
    return refuse({
      type: 'invalidEmail',
      description: `The header is too long: at most ${headerLimits.bytes} bytes.`,
    });
  const read = readEnvelope(
    object['envelope'],
    parsed.section,
    identity.email,
    owner.identities.map(({ email }) => email),
  );
  if (!read.ok) return read;

  const messageId = await begin(ports, context, prepared, read.envelope, patch);
  if (messageId === null) return refuse(noSuchEmail);
  const command: SendCommand = {
    organizationId: account.organizationId,
    messageId,
    sender: {
      userId: account.userId,
      address: owner.user.email,
      displayName: owner.user.displayName,
      permissions: context.permissions,
      categories: categoriesOf(owner.user),
    },
    channel: 'workspace',
    envelopeFrom: read.envelope.mailFrom,
    recipients: read.envelope.recipients,
    intake: await ports.messages.fromRaw(account.organizationId, raw, {
      editHeader: asSent(ports.clock.now()),
      limitBytes: raw.length + 1_024,
      footer: (await ports.organizations.settingsOf(account.organizationId)).footer,
    }),
    category: category.data ?? draft.category,
    options: options.data,
    actor: context.doer.actor,
    ip: context.doer.ip,
  };
  const [accepted] = await ports.sending.acceptBatch([command]);
  if (accepted?.ok === true)
    return { ok: true, draftId: draft.messageId, messageId, acceptedAt: accepted.acceptedAt };
  await ports.database.inTenant(account.organizationId, (tx) => endHandover(tx, account, messageId));
  return refuse(accepted === undefined ? { type: 'forbiddenToSend' } : toSetError(accepted));
}

/** The draft and who sends it, read in one transaction. */
async function prepare(
  ports: MailboxPorts,
  { account }: JmapContext,
  createdIds: CreatedIds,
  { identityId, emailId }: JsonObject,
): Promise<Prepared | SetError> {
  const draftId = typeof emailId === 'string' ? createdIds.resolve(emailId) : undefined;
  if (draftId === undefined || !isUuid(draftId)) return invalidProperties(['emailId']);
  return ports.database.inTenant(account.organizationId, async (tx) => {
    const owner = await findOwner(tx, ports, account);
    const identity = owner?.identities.find(({ id }) => id === identityId);
    if (owner === undefined || identity === undefined) return invalidProperties(['identityId']);
    const [email] = await selectEmails(tx, account, [draftId as MessageId]);
    const [draft] = email === undefined ? [] : await ports.messages.summaries(tx, [email.messageId]);
    if (draft === undefined) return noSuchEmail;
    // What was received or sent is not sent again as it stands: it would go out in another's name.
    if (draft.direction !== 'draft' || draft.destroyed)
      return { type: 'invalidEmail', description: 'Only drafts can be sent.' };
    return { owner, identity, draft };
  });
}

/** Null when another request has sent the draft in the meantime. */
async function readDraft(
  { messages }: MailboxPorts,
  { organizationId }: AccountRef,
  messageId: MessageId,
): Promise<Buffer | null> {
  try {
    return await messages.readRaw(organizationId, messageId);
  } catch (error) {
    if (error instanceof MessagesError && error.code === 'gone') return null;
    throw error;
  }
}

/** Settles the id of what will be sent; null when the draft is gone. */
async function begin(
  ports: MailboxPorts,
  { account, doer }: JmapContext,
  prepared: Prepared,
  envelope: DraftEnvelope,
  patch: JsonObject | null,
): Promise<MessageId | null> {
  const { identity, draft } = prepared;
  const rcptTo = envelope.recipients.map(({ address }) => address);
  const envelopeSealed = await sealEnvelope(ports.keyring, account.organizationId, {
    mailFrom: envelope.mailFrom,
    rcptTo,
    patch,
  });
  const handover = {
    draftId: draft.messageId,
    messageId: newId<MessageId>(),
    identityId: identity.id,
    envelopeSealed,
  };
  return ports.database.inTenant(account.organizationId, (tx) =>
    changeAccount(tx, ports, account, async () => {
      // With the account held: another request may have sent the draft since it was read.
      if ((await selectEmails(tx, account, [draft.messageId])).length === 0) return null;
      const messageId = await beginHandover(tx, account, handover);
      await draftSubmitted(ports.audit, tx, doer, { draftId: draft.messageId, messageId });
      return messageId;
    }),
  );
}

/** Fields that would tell one recipient of another, or that only the last server writes (RFC 5321 §4.4). */
const neverSent = new Set(['bcc', 'resent-bcc', 'return-path']);

/** RFC 8621 §7.5: Bcc is not sent. Fields that steer carepost by SMTP mean nothing here and are not sent either. */
function asSent(now: Date): (section: HeaderSection) => {
  remove: (key: string) => boolean;
  prepend: { name: string; value: string }[];
} {
  const date = writeMailDate(formatUtcDate(now)) ?? '';
  const goes = (key: string) => neverSent.has(key) || key === 'date' || key.startsWith('x-carepost-');
  return () => ({ remove: goes, prepend: [{ name: 'Date', value: date }] });
}

function toSetError({ code, reason }: Refused): SetError {
  switch (code) {
    case 'invalid-address':
      return { type: 'invalidRecipients', description: reason, invalidRecipients: [] };
    case 'too-large':
      return { type: 'tooLarge', description: reason };
    case 'invalid-request':
      return { type: 'invalidEmail', description: reason };
    case 'too-many-requests':
      return { type: 'rateLimit', description: reason };
    case 'forbidden':
    case 'category-not-allowed':
    case 'not-found':
    case 'conflict':
      return { type: 'forbiddenToSend', description: reason };
  }
}

function refuse(error: SetError): { readonly ok: false; readonly error: SetError } {
  return { ok: false, error };
}
