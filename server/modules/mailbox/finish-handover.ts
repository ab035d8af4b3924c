import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { CreatedIds, type JsonObject } from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { messagesPlaced, type Doer } from './audit-trail.ts';
import { changeEmails } from './change-emails.ts';
import type { Email } from './email.ts';
import { patchPlacement, type EmailPlacement } from './email-placement.ts';
import { selectEmails } from './email-store.ts';
import { selectFolderIds, selectRoleFolders } from './folder-store.ts';
import { changeAccount, type Journal } from './journal.ts';
import { openKeywords, sealKeywords } from './keyword.ts';
import { placeMessages } from './place-messages.ts';
import type { MailboxPorts } from './ports.ts';
import { destroyInAccount } from './set-emails.ts';
import { endHandover, insertSubmission, isFiled, type Handover } from './submission-store.ts';

const purpose = 'mailbox.submission.envelope';

/** From whom and to whom a draft was sent, and what was to become of it; sealed while and after it is handed over. */
export interface SealedEnvelope {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** The update of the draft that the client wants once it is sent: done to what was sent. */
  readonly patch: JsonObject | null;
}

export function sealEnvelope(
  keyring: Keyring,
  organizationId: OrganizationId,
  envelope: SealedEnvelope,
): Promise<Buffer> {
  return keyring.seal(organizationId, purpose, JSON.stringify(envelope));
}

export async function openEnvelope(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<SealedEnvelope> {
  return JSON.parse(await keyring.openText(organizationId, purpose, sealed)) as SealedEnvelope;
}

type Ports = Pick<MailboxPorts, 'clock' | 'keyring' | 'messages' | 'audit'>;

export interface Sent {
  readonly account: AccountRef;
  readonly messageId: MessageId;
  readonly sentAt: Date;
  readonly doer: Doer;
}

/**
 * What was sent takes the place of the draft it was made from, and is filed under Sent; without a draft it
 * is just filed. Whoever comes first does it, the request that sent it or the event that tells of it.
 */
export async function fileSent(tx: Tx, ports: Ports, sent: Sent): Promise<void> {
  const { account, messageId, sentAt } = sent;
  const isDone = await changeAccount(tx, ports, account, async (journal) => {
    // The account is held: nobody hands the same draft over at this moment.
    const handover = await endHandover(tx, account, messageId);
    if (handover === undefined) return isFiled(tx, account, messageId);
    await replaceDraft(tx, ports, journal, sent, handover);
    return true;
  });
  if (!isDone) await placeMessages(tx, ports, [{ ...account, messageId, role: 'sent', receivedAt: sentAt }]);
}

async function replaceDraft(
  tx: Tx,
  ports: Ports,
  journal: Journal,
  sent: Sent,
  handover: Handover,
): Promise<void> {
  const { account, messageId, sentAt, doer } = sent;
  const { draftId, identityId, envelopeSealed } = handover;
  const [summary] = await ports.messages.summaries(tx, [messageId]);
  if (summary === undefined) return;
  const { threadId, sizeBytes } = summary;
  const [draft] = await selectEmails(tx, account, [draftId]);
  const { patch } = await openEnvelope(ports.keyring, account.organizationId, envelopeSealed);
  const { folderIds, keywords } = await placementOf(tx, ports, account, draft, patch);
  const [before] = await selectEmails(tx, account, [messageId]);
  if (before === undefined) {
    const stored = await sealKeywords(ports.keyring, account.organizationId, keywords);
    const email = { messageId, threadId, folderIds, receivedAt: sentAt, sizeBytes, ...stored, arrival: null };
    await changeEmails(tx, journal, { added: [email] });
  } else {
    // Sent to oneself, and in the inbox already: it is that email, in one folder more.
    const after = { ...before, folderIds: [...new Set([...before.folderIds, ...folderIds])] };
    await changeEmails(tx, journal, { updated: [{ before, after }] });
  }
  await insertSubmission(tx, journal, { messageId, identityId, envelopeSealed, threadId, sentAt });
  await messagesPlaced(ports.audit, tx, doer, [{ messageId, userId: account.userId, role: 'sent' }]);
  if (draft !== undefined) await destroyInAccount(tx, ports, journal, doer, [draft]);
}

async function placementOf(
  tx: Tx,
  ports: Ports,
  account: AccountRef,
  draft: Email | undefined,
  patch: JsonObject | null,
): Promise<EmailPlacement> {
  const roles = await selectRoleFolders(tx, account);
  const inSent = [roles.get('sent')].filter((folderId) => folderId !== undefined);
  const otherwise = { folderIds: inSent, keywords: ['$seen'] };
  if (draft === undefined || patch === null) return otherwise;
  const keywords = await openKeywords(ports.keyring, account.organizationId, draft);
  const rules = {
    createdIds: new CreatedIds(),
    folderIds: new Set<string>(await selectFolderIds(tx, account)),
  };
  const patched = patchPlacement({ folderIds: draft.folderIds, keywords }, patch, rules);
  if (!patched.ok) return otherwise;
  const folderIds = patched.placement.folderIds.filter((folderId) => folderId !== roles.get('drafts'));
  return {
    folderIds: folderIds.length === 0 ? inSent : folderIds,
    keywords: [
      '$seen',
      ...patched.placement.keywords.filter((keyword) => keyword !== '$draft' && keyword !== '$seen'),
    ],
  };
}
