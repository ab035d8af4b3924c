import type { MessageId } from '#contract/ids.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUuid, newId } from '#platform/ids.ts';
import {
  defaultLimits,
  invalidProperties,
  mailCapability,
  readSetArguments,
  requireState,
  SetResult,
  type CreatedIds,
  type Json,
  type JsonObject,
  type SetError,
  type SetRequest,
} from '#protocols/jmap/index.ts';
import { emailsChanged, type Doer, type EmailAct } from './audit-trail.ts';
import { formatBlobId } from './blob-id.ts';
import { byMessageId, changeEmails } from './change-emails.ts';
import type { Email } from './email.ts';
import { patchPlacement, readPlacement, type PlacementRules } from './email-placement.ts';
import { selectEmails } from './email-store.ts';
import { selectFolderIds } from './folder-store.ts';
import { requireAccount, requireRight, type JmapContext, type MailMethod } from './jmap-context.ts';
import { changeAccount, type Journal } from './journal.ts';
import { openKeywords, sealKeywords } from './keyword.ts';
import type { MailboxPorts } from './ports.ts';
import { writeDraft, type WriteOutcome } from './write-draft.ts';

/** Email/set. RFC 8621 §4.6. Messages are immutable: what is created are drafts, and a changed draft is a new one. */
export function setEmails(ports: MailboxPorts): MailMethod {
  return {
    name: 'Email/set',
    capability: mailCapability,
    async run({ args, createdIds, context }) {
      const request = readSetArguments(args, defaultLimits);
      requireAccount(context, request.accountId);
      await requireRight(context, 'message.file');
      return { args: await applyEmailSet(ports, context, createdIds, request) };
    },
  };
}

interface Work {
  readonly tx: Tx;
  readonly ports: MailboxPorts;
  readonly journal: Journal;
  readonly context: JmapContext;
  readonly createdIds: CreatedIds;
  readonly rules: PlacementRules;
  readonly result: SetResult;
}

async function applyEmailSet(
  ports: MailboxPorts,
  context: JmapContext,
  createdIds: CreatedIds,
  request: SetRequest,
): Promise<JsonObject> {
  const { account } = context;
  const drafts = await writeDrafts(ports, context, request.create);
  const stored = new Set<string>();
  try {
    const answer = await ports.database.inTenant(account.organizationId, (tx) =>
      changeAccount(tx, ports, account, async (journal) => {
        requireState(request, journal.before.email);
        const rules = { createdIds, folderIds: new Set<string>(await selectFolderIds(tx, account)) };
        const work: Work = { tx, ports, journal, context, createdIds, rules, result: new SetResult() };
        for (const [creationId, object] of request.create) {
          if (await create(work, creationId, object, drafts.get(creationId))) stored.add(creationId);
        }
        await update(work, request);
        await destroy(work, request.destroy);
        return work.result.toAnswer(account.userId, journal.before.email, journal.states.email);
      }),
    );
    await discardDrafts(ports, drafts, stored);
    return answer;
  } catch (error) {
    // A commit whose answer was lost may have happened: then the blobs belong to stored drafts.
    if (!(error instanceof DatabaseUnavailable)) await discardDrafts(ports, drafts, new Set());
    throw error;
  }
}

async function discardDrafts(
  { messages }: MailboxPorts,
  drafts: ReadonlyMap<string, WriteOutcome>,
  stored: ReadonlySet<string>,
): Promise<void> {
  for (const [creationId, outcome] of drafts) {
    if (outcome.ok && !stored.has(creationId)) await messages.discard(outcome.draft.intake);
  }
}

/** Before the transaction: writing may read and write blobs, and the account is not to wait for that. */
async function writeDrafts(
  ports: MailboxPorts,
  { account }: JmapContext,
  create: SetRequest['create'],
): Promise<Map<string, WriteOutcome>> {
  const drafts = new Map<string, WriteOutcome>();
  for (const [creationId, { mailboxIds: _, keywords: __, receivedAt: ___, ...email }] of create) {
    drafts.set(creationId, await writeDraft(ports, account, email));
  }
  return drafts;
}

async function create(
  work: Work,
  creationId: string,
  object: JsonObject,
  written: WriteOutcome | undefined,
): Promise<boolean> {
  const { tx, ports, journal, context, result, rules, createdIds } = work;
  const { account } = context;
  const refuse = (error: SetError): false => {
    result.notCreated[creationId] = error;
    return false;
  };
  const placed = readPlacement(object['mailboxIds'], object['keywords'], rules);
  if (!placed.ok) return refuse(placed.error);
  if (!placed.placement.keywords.includes('$draft'))
    return refuse(invalidProperties(['keywords'], 'Only drafts can be made: $draft is missing.'));
  const receivedAt = readReceivedAt(object['receivedAt'], ports.clock.now());
  if (receivedAt === null) return refuse(invalidProperties(['receivedAt']));
  if (written === undefined || !written.ok) return refuse(written?.error ?? { type: 'forbidden' });

  const messageId = newId<MessageId>();
  const { intake, category } = written.draft;
  const { organizationId, userId } = account;
  const [message] = await ports.messages.store(tx, [
    { messageId, organizationId, intake, direction: 'draft', category, authorId: userId },
  ]);
  if (message === undefined) throw new Error('A draft was not stored');
  const email: Email = {
    messageId,
    threadId: message.threadId,
    folderIds: placed.placement.folderIds,
    receivedAt,
    sizeBytes: intake.sizeBytes,
    ...(await sealKeywords(ports.keyring, organizationId, placed.placement.keywords)),
    arrival: null,
  };
  await changeEmails(tx, journal, { added: [email] });
  await emailsChanged(ports.audit, tx, context.doer, [{ kind: 'draft-saved', messageId }]);
  createdIds.add(creationId, messageId);
  result.created[creationId] = {
    id: messageId,
    blobId: formatBlobId({ kind: 'message', messageId }),
    threadId: message.threadId,
    size: intake.sizeBytes,
  };
  return true;
}

function readReceivedAt(value: Json | undefined, now: Date): Date | null {
  if (value === undefined || value === null) return now;
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value)) return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

async function update(
  { tx, ports, journal, context, createdIds, rules, result }: Work,
  request: SetRequest,
): Promise<void> {
  const { account } = context;
  const ids = new Map(
    [...request.update.keys()].map((reference) => [reference, createdIds.resolve(reference) ?? '']),
  );
  const emails = byMessageId(
    await selectEmails(tx, account, [...ids.values()].filter(isUuid) as MessageId[]),
  );
  const destroyed = new Set(request.destroy.map((reference) => createdIds.resolve(reference)));
  const changes = new Map<MessageId, { before: Email; after: Email }>();
  const acts: EmailAct[] = [];
  for (const [reference, patch] of request.update) {
    const id = ids.get(reference) ?? '';
    const email = emails.get(id as MessageId);
    if (email === undefined || destroyed.has(id)) {
      result.notUpdated[reference] = { type: email === undefined ? 'notFound' : 'willDestroy' };
      continue;
    }
    const current = changes.get(email.messageId)?.after ?? email;
    const keywords = await openKeywords(ports.keyring, account.organizationId, current);
    const patched = patchPlacement({ folderIds: current.folderIds, keywords }, patch, rules);
    if (!patched.ok) {
      result.notUpdated[reference] = patched.error;
      continue;
    }
    const { placement } = patched;
    const after = {
      ...email,
      folderIds: placement.folderIds,
      ...(await sealKeywords(ports.keyring, account.organizationId, placement.keywords)),
    };
    changes.set(email.messageId, { before: email, after });
    acts.push({ kind: 'email-changed', messageId: email.messageId, ...placement });
    result.updated[reference] = null;
  }
  await changeEmails(tx, journal, { updated: [...changes.values()] });
  await emailsChanged(ports.audit, tx, context.doer, acts);
}

async function destroy(
  { tx, ports, journal, context, createdIds, result }: Work,
  references: readonly string[],
): Promise<void> {
  const { account, doer } = context;
  const ids = new Set(references.map((reference) => createdIds.resolve(reference) ?? ''));
  const emails = await selectEmails(tx, account, [...ids].filter(isUuid) as MessageId[]);
  await destroyInAccount(tx, ports, journal, doer, emails);
  const found = byMessageId(emails);
  for (const reference of references) {
    const id = createdIds.resolve(reference) ?? reference;
    if (found.has(id as MessageId)) result.destroyed.push(id);
    else result.notDestroyed[reference] = { type: 'notFound' };
  }
}

/** Takes emails out of the account. The messages stay with the organisation; only its writer's drafts end. */
export async function destroyInAccount(
  tx: Tx,
  ports: Pick<MailboxPorts, 'messages' | 'audit'>,
  journal: Journal,
  doer: Doer,
  emails: readonly Email[],
): Promise<void> {
  if (emails.length === 0) return;
  const { userId } = journal.account;
  await changeEmails(tx, journal, { destroyed: emails });
  await emailsChanged(
    ports.audit,
    tx,
    doer,
    emails.map(({ messageId }) => ({ kind: 'email-destroyed', messageId }) as const),
  );
  for (const summary of await ports.messages.summaries(
    tx,
    emails.map((email) => email.messageId),
  )) {
    if (summary.direction !== 'draft' || summary.authorId !== userId || summary.destroyed) continue;
    await ports.messages.destroyContent(tx, summary.messageId, { because: 'superseded', actor: doer.actor });
  }
}
