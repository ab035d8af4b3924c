import type { Email, EmailSummary, Mailbox } from '../../api/jmap/types.ts';

/** The messages of a thread that a mailbox shows: no drafts, and what is in the trash only there. */
export function shownOfThread(
  emails: readonly Email[],
  mailbox: Mailbox,
  mailboxes: readonly Mailbox[],
): Email[] {
  const trash = mailboxes.find(({ role }) => role === 'trash')?.id ?? '';
  return emails.filter((email) =>
    mailbox.role === 'trash'
      ? email.mailboxIds[trash] === true
      : email.mailboxIds[trash] !== true && email.keywords['$draft'] !== true,
  );
}

/** Whether this person sent it, so that its journey is theirs to see. */
export function isSent(email: EmailSummary, mailboxes: readonly Mailbox[]): boolean {
  const sent = mailboxes.find(({ role }) => role === 'sent')?.id;
  return sent !== undefined && email.mailboxIds[sent] === true;
}
