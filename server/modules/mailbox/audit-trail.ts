import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Actor, Audit, AuditEvent } from '#modules/audit/index.ts';
import type { FolderId } from './account.ts';
import type { FolderRole } from './folder.ts';

type Recorder = Pick<Audit, 'record' | 'recordMany'>;

/** Who does something to an account, and from where. */
export interface Doer {
  readonly organizationId: OrganizationId;
  readonly actor: Actor;
  readonly ip?: string;
}

function event(
  doer: Doer,
  kind: string,
  subject: AuditEvent['subject'],
  fields?: AuditEvent['fields'],
): AuditEvent {
  const { organizationId, actor, ip } = doer;
  return { organizationId, kind, actor, subject, fields, ip };
}

const ofMessage = (messageId: MessageId) => ({ type: 'message', id: messageId });
const ofFolder = (folderId: FolderId) => ({ type: 'folder', id: folderId });

/** Messages came into somebody's folder by themselves: one event for all that came together. */
export async function messagesPlaced(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  placed: readonly { messageId: MessageId; userId: string; role: FolderRole }[],
): Promise<void> {
  const together = Map.groupBy(placed, ({ userId, role }) => `${userId} ${role}`);
  await audit.recordMany(
    tx,
    [...together.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { userId, role } = first;
      const messageIds = group.map(({ messageId }) => messageId);
      return event(doer, 'mailbox.messages-placed', undefined, { userId, folder: role, messageIds });
    }),
  );
}

/** What could not be opened when it came took the place of the closed message. */
export async function messageReplaced(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  { userId, originalId, messageId }: { userId: string; originalId: MessageId; messageId: MessageId },
): Promise<void> {
  await audit.record(
    tx,
    event(doer, 'mailbox.message-opened-later', ofMessage(messageId), { userId, originalId }),
  );
}

/** Subjects, people or previews of messages were shown in a list: one event for all that were new to the reader this hour. */
export async function messagesListed(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  messageIds: readonly MessageId[],
): Promise<void> {
  await audit.record(tx, event(doer, 'message.listed', undefined, { messageIds: [...messageIds] }));
}

/** The content of a message was shown or taken out, for the first time this hour by this reader. */
export async function messagesRead(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  messageIds: readonly MessageId[],
  depth: 'read' | 'downloaded',
): Promise<void> {
  const kind = depth === 'read' ? 'message.read' : 'message.downloaded';
  await audit.recordMany(
    tx,
    messageIds.map((messageId) => event(doer, kind, ofMessage(messageId))),
  );
}

export type EmailAct =
  | { readonly kind: 'draft-saved'; readonly messageId: MessageId }
  | {
      readonly kind: 'email-changed';
      readonly messageId: MessageId;
      readonly folderIds: readonly FolderId[];
      readonly keywords: readonly string[];
    }
  | { readonly kind: 'email-destroyed'; readonly messageId: MessageId };

/** A user changed emails of an account. */
export async function emailsChanged(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  acts: readonly EmailAct[],
): Promise<void> {
  await audit.recordMany(
    tx,
    acts.map((act) =>
      event(
        doer,
        `mailbox.${act.kind}`,
        ofMessage(act.messageId),
        act.kind === 'email-changed'
          ? { folderIds: [...act.folderIds], keywords: [...act.keywords] }
          : undefined,
      ),
    ),
  );
}

export async function folderChanged(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  act: {
    readonly kind: 'created' | 'changed' | 'destroyed';
    readonly folderId: FolderId;
    readonly name: string;
  },
): Promise<void> {
  await audit.record(
    tx,
    event(doer, `mailbox.folder-${act.kind}`, ofFolder(act.folderId), { name: act.name }),
  );
}

/** A draft was handed over to be sent. */
export async function draftSubmitted(
  audit: Recorder,
  tx: Tx,
  doer: Doer,
  { draftId, messageId }: { readonly draftId: MessageId; readonly messageId: MessageId },
): Promise<void> {
  await audit.record(tx, event(doer, 'mailbox.draft-submitted', ofMessage(messageId), { draftId }));
}
