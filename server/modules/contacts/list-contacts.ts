import type { ContactId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUuid } from '#platform/ids.ts';
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
  const rows = await selectContacts(tx, readCursor(cursor), limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await Promise.all(page.map((row) => openContact(keyring, row))),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  };
}

function writeCursor({ createdAt, contactId }: ContactPosition): string {
  return `${createdAt.getTime().toString(36)}.${contactId}`;
}

function readCursor(cursor: string | undefined): ContactPosition | undefined {
  const [time = '', contactId = ''] = cursor?.split('.') ?? [];
  if (!/^[0-9a-z]{1,10}$/.test(time) || !isUuid(contactId)) return undefined;
  return { createdAt: new Date(Number.parseInt(time, 36)), contactId: contactId as ContactId };
}
