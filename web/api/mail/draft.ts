import type { MessageCategory } from '#contract/messages.ts';
import type { EmailAddress, Identity } from '../jmap/types.ts';
import { jmap } from './jmap.ts';
import { requireSet } from './set-result.ts';

export interface Attachment {
  blobId: string;
  name: string;
  type: string;
  size: number;
}

/** A message while it is written. */
export interface Draft {
  to: EmailAddress[];
  cc: EmailAddress[];
  bcc: EmailAddress[];
  subject: string;
  html: string;
  text: string;
  category: MessageCategory;
  attachments: Attachment[];
  inReplyTo: string[];
  references: string[];
}

/** What the sender asked beyond the default protection. */
export interface SendOptions {
  protection?: 'portal';
  expiresInDays?: number;
}

interface Place {
  identity: Identity;
  draftsId: string;
  /** The saved version that this one replaces: a stored message never changes (RFC 8621 §4). */
  previousId: string | null;
}

export interface SavedDraft {
  emailId: string;
  /** Of the attachments, in their order: the blobs of the version before go with it. */
  blobIds: readonly (string | undefined)[];
}

/** Saves a draft as a new message and removes the version before. */
export async function saveDraft(
  draft: Draft,
  { identity, draftsId, previousId }: Place,
): Promise<SavedDraft> {
  const result = requireSet(
    await jmap.call('Email/set', {
      create: { draft: toEmail(draft, identity, draftsId) },
      ...(previousId === null ? {} : { destroy: [previousId] }),
    }),
  );
  const emailId = result.created?.['draft']?.id;
  if (emailId === undefined) throw new Error('The draft was saved without an id');
  return {
    emailId,
    blobIds: draft.attachments.length === 0 ? [] : await blobsOf(emailId),
  };
}

/** Hands a saved draft over for sending; it moves to Sent in the same request. */
export async function submitDraft(
  emailId: string,
  {
    identity,
    draftsId,
    sentId,
    category,
    options,
  }: {
    identity: Identity;
    draftsId: string;
    sentId: string;
    category: MessageCategory;
    options: SendOptions;
  },
): Promise<void> {
  requireSet(
    await jmap.call('EmailSubmission/set', {
      create: {
        submission: {
          emailId,
          identityId: identity.id,
          'carepost:category': category,
          'carepost:options': options,
        },
      },
      onSuccessUpdateEmail: {
        '#submission': {
          [`mailboxIds/${draftsId}`]: null,
          [`mailboxIds/${sentId}`]: true,
          'keywords/$draft': null,
        },
      },
    }),
  );
}

function toEmail(draft: Draft, identity: Identity, draftsId: string): object {
  return {
    mailboxIds: { [draftsId]: true },
    keywords: { $draft: true, $seen: true },
    from: [{ name: identity.name, email: identity.email }],
    to: draft.to,
    cc: draft.cc,
    bcc: draft.bcc,
    subject: draft.subject,
    ...(draft.inReplyTo.length === 0 ? {} : { inReplyTo: draft.inReplyTo, references: draft.references }),
    'carepost:category': draft.category,
    textBody: [{ partId: 'text', type: 'text/plain' }],
    htmlBody: [{ partId: 'html', type: 'text/html' }],
    bodyValues: { text: { value: draft.text }, html: { value: draft.html } },
    attachments: draft.attachments.map(({ blobId, name, type }) => ({
      blobId,
      name,
      type,
      disposition: 'attachment',
    })),
  };
}

async function blobsOf(emailId: string): Promise<(string | undefined)[]> {
  const { list } = await jmap.call('Email/get', { ids: [emailId], properties: ['id', 'attachments'] });
  return (list[0]?.attachments ?? []).map(({ blobId }) => blobId ?? undefined);
}
