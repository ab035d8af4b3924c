import * as z from 'zod';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import {
  applyPatch,
  defaultLimits,
  invalidProperties,
  mailCapability,
  orderCreations,
  readArguments,
  requireState,
  SetArguments,
  SetResult,
  toSetRequest,
  type CreatedIds,
  type JsonObject,
  type SetError,
} from '#protocols/jmap/index.ts';
import type { FolderId } from './account.ts';
import { folderChanged } from './audit-trail.ts';
import { changeEmails } from './change-emails.ts';
import type { Email } from './email.ts';
import { selectEmails, selectSomeInFolder } from './email-store.ts';
import { depthOf, folderLimits, heightOf, isWithin, type Folder } from './folder.ts';
import {
  destroyFolder,
  insertFolder,
  selectFolders,
  updateFolder,
  type WritableFolder,
} from './folder-store.ts';
import { mailboxObject } from './get-mailboxes.ts';
import { requireAccount, requireRight, type JmapContext, type MailMethod } from './jmap-context.ts';
import { changeAccount, type Journal } from './journal.ts';
import type { MailboxPorts } from './ports.ts';
import { destroyInAccount } from './set-emails.ts';

const Arguments = SetArguments.extend({ onDestroyRemoveEmails: z.boolean().default(false) });

const Writable = z.strictObject({
  name: z
    .string()
    .transform((name) => name.normalize('NFC'))
    .refine(
      (name) =>
        name.trim() !== '' && Buffer.byteLength(name) <= folderLimits.nameBytes && !/\p{C}/u.test(name),
    ),
  parentId: z.string().nullable().default(null),
  role: z.null().optional(),
  sortOrder: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  isSubscribed: z.boolean().default(true),
});

/** What a client may send back unchanged in an update. RFC 8620 §5.3. */
const serverSet = new Set([
  'id',
  'role',
  'totalEmails',
  'unreadEmails',
  'totalThreads',
  'unreadThreads',
  'myRights',
]);

interface Work {
  readonly tx: Tx;
  readonly ports: MailboxPorts;
  readonly journal: Journal;
  readonly context: JmapContext;
  readonly createdIds: CreatedIds;
}

/** Mailbox/set. RFC 8621 §2.5. Folders with a role keep role and name and cannot be destroyed. */
export function setMailboxes(ports: MailboxPorts): MailMethod {
  return {
    name: 'Mailbox/set',
    capability: mailCapability,
    async run({ args, createdIds, context }) {
      const { onDestroyRemoveEmails, ...given } = readArguments(Arguments, args);
      const account = requireAccount(context, given.accountId);
      await requireRight(context, 'message.file');
      const request = toSetRequest(given, defaultLimits);
      return ports.database.inTenant(account.organizationId, (tx) =>
        changeAccount(tx, ports, account, async (journal) => {
          requireState(request, journal.before.mailbox);
          const work: Work = { tx, ports, journal, context, createdIds };
          const result = new SetResult();
          for (const [creationId, object] of orderCreations(request.create, referencedParent)) {
            const outcome = await create(work, object);
            if ('type' in outcome) result.notCreated[creationId] = outcome;
            else {
              createdIds.add(creationId, outcome.folderId);
              result.created[creationId] = outcome.answer;
            }
          }
          for (const [reference, patch] of request.update) {
            const error = request.destroy.includes(reference)
              ? ({ type: 'willDestroy' } as const)
              : await update(work, reference, patch);
            if (error === null) result.updated[reference] = null;
            else result.notUpdated[reference] = error;
          }
          for (const reference of await childrenFirst(work, request.destroy)) {
            const error = await destroy(work, reference, onDestroyRemoveEmails);
            if (error === null) result.destroyed.push(createdIds.resolve(reference) ?? reference);
            else result.notDestroyed[reference] = error;
          }
          return { args: result.toAnswer(account.userId, journal.before.mailbox, journal.states.mailbox) };
        }),
      );
    },
  };
}

function referencedParent({ parentId }: JsonObject): string[] {
  return typeof parentId === 'string' && parentId.startsWith('#') ? [parentId.slice(1)] : [];
}

async function create(
  work: Work,
  object: JsonObject,
): Promise<SetError | { folderId: FolderId; answer: JsonObject }> {
  const folders = await load(work);
  if (folders.length >= folderLimits.count)
    return { type: 'overQuota', description: `At most ${folderLimits.count} folders.` };
  const checked = check(work, object, folders, null);
  if ('type' in checked) return checked;
  const folder = { ...checked, folderId: newId<FolderId>() };
  await insertFolder(work.tx, work.ports.keyring, work.journal, folder);
  await record(work, 'created', folder);
  const counts = { totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0 };
  const { id, parentId, role, sortOrder, myRights, isSubscribed } = mailboxObject({
    ...folder,
    ...counts,
    role: null,
  });
  return {
    folderId: folder.folderId,
    answer: { id, parentId, role, sortOrder, ...counts, myRights, isSubscribed },
  };
}

async function update(work: Work, reference: string, patch: JsonObject): Promise<SetError | null> {
  const folders = await load(work);
  const folder = find(work, folders, reference);
  if (folder === undefined) return { type: 'notFound' };
  const current: JsonObject = { ...mailboxObject(folder) };
  const patched = applyPatch(current, patch);
  if (!patched.ok) return patched.error;
  const changed = [...patched.touched].filter(
    (name) => JSON.stringify(patched.value[name]) !== JSON.stringify(current[name]),
  );
  const refused = changed.filter(
    (name) => serverSet.has(name) || (folder.role !== null && (name === 'name' || name === 'parentId')),
  );
  if (refused.length > 0) return invalidProperties(refused);
  const { name, parentId, sortOrder, isSubscribed, ...rest } = patched.value;
  const unknown = Object.keys(rest).filter((property) => !serverSet.has(property));
  if (unknown.length > 0) return invalidProperties(unknown);
  const wanted = {
    name: name ?? null,
    parentId: parentId ?? null,
    ...defaulted({ sortOrder, isSubscribed }),
  };
  const checked = check(work, wanted, folders, folder);
  if ('type' in checked) return checked;
  if (changed.length === 0) return null;
  const after = { ...checked, folderId: folder.folderId };
  await updateFolder(work.tx, work.ports.keyring, work.journal, after, folder.role !== null);
  await record(work, 'changed', after);
  return null;
}

/** Null in a patch asks for the default. */
function defaulted(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined),
  );
}

function check(
  work: Work,
  object: JsonObject,
  folders: readonly Folder[],
  itself: Folder | null,
): Omit<WritableFolder, 'folderId'> | SetError {
  const parsed = Writable.safeParse(object);
  if (!parsed.success) {
    return invalidProperties([
      ...new Set(
        parsed.error.issues.flatMap((issue) =>
          issue.code === 'unrecognized_keys' ? issue.keys : String(issue.path[0]),
        ),
      ),
    ]);
  }
  const { name, sortOrder, isSubscribed } = parsed.data;
  const parent = parsed.data.parentId === null ? null : find(work, folders, parsed.data.parentId);
  if (parent === undefined) return invalidProperties(['parentId'], 'There is no such mailbox.');
  const parentId = parent?.folderId ?? null;
  if (itself !== null && isWithin(folders, parentId, itself.folderId))
    return invalidProperties(['parentId'], 'A mailbox cannot lie below itself.');
  const height = itself === null ? 1 : heightOf(folders, itself.folderId);
  if (depthOf(folders, parentId) + height > folderLimits.depth)
    return invalidProperties(['parentId'], 'Too many levels.');
  const isTaken = folders.some(
    (folder) =>
      folder.folderId !== itself?.folderId &&
      folder.parentId === parentId &&
      folder.name.toLowerCase() === name.toLowerCase(),
  );
  if (isTaken) return invalidProperties(['name'], 'Another mailbox beside it has this name.');
  return { name, parentId, sortOrder, isSubscribed };
}

async function destroy(work: Work, reference: string, removeEmails: boolean): Promise<SetError | null> {
  const { tx, journal } = work;
  const folders = await load(work);
  const folder = find(work, folders, reference);
  if (folder === undefined) return { type: 'notFound' };
  if (folder.role !== null) return { type: 'forbidden', description: 'A mailbox with a role stays.' };
  if (folders.some((each) => each.parentId === folder.folderId)) return { type: 'mailboxHasChild' };
  if (folder.totalEmails > 0 && !removeEmails) return { type: 'mailboxHasEmail' };
  if (folder.totalEmails > 0) await empty(work, folder.folderId);
  await destroyFolder(tx, journal, folder.folderId);
  await record(work, 'destroyed', folder);
  return null;
}

/** Takes all emails out of a folder; those in no other are destroyed. */
async function empty({ tx, ports, journal, context }: Work, folderId: FolderId): Promise<void> {
  for (;;) {
    const messageIds = await selectSomeInFolder(tx, journal.account, folderId, 1_000);
    if (messageIds.length === 0) return;
    const emails = await selectEmails(tx, journal.account, messageIds);
    const staying = emails.filter((email) => email.folderIds.length > 1);
    const without = (email: Email) => ({
      ...email,
      folderIds: email.folderIds.filter((id) => id !== folderId),
    });
    await changeEmails(tx, journal, {
      updated: staying.map((before) => ({ before, after: without(before) })),
    });
    await destroyInAccount(
      tx,
      ports,
      journal,
      context.doer,
      emails.filter((email) => email.folderIds.length === 1),
    );
  }
}

async function childrenFirst(work: Work, references: readonly string[]): Promise<string[]> {
  const folders = await load(work);
  const depth = (reference: string) => depthOf(folders, find(work, folders, reference)?.folderId ?? null);
  return references.toSorted((a, b) => depth(b) - depth(a));
}

function load({ tx, ports, journal }: Work): Promise<Folder[]> {
  return selectFolders(tx, ports.keyring, journal.account);
}

function find({ createdIds }: Work, folders: readonly Folder[], reference: string): Folder | undefined {
  const folderId = createdIds.resolve(reference);
  return folders.find((folder) => folder.folderId === folderId);
}

function record(
  { tx, ports, context }: Work,
  kind: 'created' | 'changed' | 'destroyed',
  folder: Pick<Folder, 'folderId' | 'name'>,
): Promise<void> {
  return folderChanged(ports.audit, tx, context.doer, { kind, folderId: folder.folderId, name: folder.name });
}
