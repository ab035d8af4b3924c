import type { TFunction } from 'i18next';
import type { Mailbox } from '../../api/jmap/types.ts';

/** The address of a mailbox: its role where it has one, else its id. Never its name. */
export function folderPath(mailbox: Mailbox): string {
  return `/mail/${mailbox.role ?? mailbox.id}`;
}

/** The mailbox that an address names. */
export function findFolder(mailboxes: readonly Mailbox[], folder: string): Mailbox | undefined {
  return (
    mailboxes.find((mailbox) => mailbox.role === folder) ?? mailboxes.find((mailbox) => mailbox.id === folder)
  );
}

/** What people call it: our word for a role, its own name otherwise. */
export function folderName(mailbox: Mailbox, t: TFunction): string {
  return mailbox.role === null || mailbox.role === 'junk' ? mailbox.name : t(`folder.${mailbox.role}`);
}
