import type { QueryClient } from '@tanstack/react-query';
import type { Email, EmailSummary } from '../jmap/types.ts';
import { mailKeys, type ListFilter } from './keys.ts';
import { withoutEmails, withUpdatedEmails, type ListData } from './list-cache.ts';

export interface EmailChanges {
  /** Created and updated messages as they are now. */
  present: EmailSummary[];
  created: ReadonlySet<string>;
  destroyed: ReadonlySet<string>;
}

/**
 * Brings every list and open thread up to date: shown messages are patched in place, those that
 * left their mailbox go, and only lists that gained a message are read again.
 */
export function applyEmailChanges(client: QueryClient, changes: EmailChanges): void {
  const present = new Map(changes.present.map((email) => [email.id, email]));

  for (const [key, data] of client.getQueriesData<ListData>({ queryKey: mailKeys.lists })) {
    if (!data) continue;
    const { mailboxId } = key[2] as ListFilter;
    const left = changes.present
      .filter((email) => email.mailboxIds[mailboxId] !== true)
      .map((email) => email.id);
    client.setQueryData(
      key,
      withUpdatedEmails(withoutEmails(data, new Set([...changes.destroyed, ...left])), present),
    );

    const shown = new Set(data.pages.flatMap((page) => page.emails.map((email) => email.id)));
    const gained = changes.present.some(
      (email) => email.mailboxIds[mailboxId] === true && !shown.has(email.id),
    );
    if (gained) void client.invalidateQueries({ queryKey: key, exact: true });
  }

  for (const [key, emails] of client.getQueriesData<Email[]>({ queryKey: mailKeys.threads })) {
    if (!emails) continue;
    client.setQueryData(
      key,
      emails
        .filter((email) => !changes.destroyed.has(email.id))
        .map((email) => ({ ...email, ...present.get(email.id) })),
    );
    if (changes.present.some((email) => changes.created.has(email.id) && email.threadId === key[2])) {
      // Who opens it next reads the whole thread at once, with the new message in sight.
      client.removeQueries({ queryKey: key, exact: true, type: 'inactive' });
      void client.invalidateQueries({ queryKey: key, exact: true });
    }
  }
}
