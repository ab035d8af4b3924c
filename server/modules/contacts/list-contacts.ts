import type { ContactId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { readTimeCursor, writeTimeCursor } from '#platform/http/time-cursor.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Contact } from './contact.ts';
import { selectContacts, type ContactPosition } from './contact-store.ts';
import { openContact } from './seal-contact.ts';

export interface ContactPage {
  readonly items: readonly Contact[];
  readonly nextCursor: string | null;
}

/** Newest first. A cursor that is not one of ours starts at the beginning. */
export async function listContacts(
  tx: Tx,
  keyring: Keyring,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<ContactPage> {
  const rows = await selectContacts(tx, readPosition(cursor), limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await Promise.all(page.map((row) => openContact(keyring, row))),
    nextCursor:
      rows.length > limit && last !== undefined
        ? writeTimeCursor({ at: last.createdAt, id: last.contactId })
        : null,
  };
}

function readPosition(cursor: string | undefined): ContactPosition | undefined {
  const position = cursor === undefined ? undefined : readTimeCursor(cursor);
  return position && { createdAt: position.at, contactId: position.id as ContactId };
}
