import type { ContactId, OrganizationId } from '#contract/ids.ts';
import type { NewContact } from '#contract/contacts.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { parseAddress } from '#protocols/mime/address.ts';
import type { Doer } from '#modules/audit/index.ts';
import { contactCreated } from './audit-trail.ts';
import type { Contact } from './contact.ts';
import { findContact, insertContact } from './contact-store.ts';
import { ContactsError } from './errors.ts';
import type { ContactsPorts } from './ports.ts';
import { openContact, sealContact } from './seal-contact.ts';

export interface CreateContact extends NewContact {
  readonly organizationId: OrganizationId;
  /** Default: a new one. A contact that has it already is answered as it is. */
  readonly contactId?: ContactId;
}

/** Throws ContactsError 'invalid-address'. */
export async function createContact(
  tx: Tx,
  { keyring, clock, audit }: Pick<ContactsPorts, 'keyring' | 'clock' | 'audit'>,
  { organizationId, contactId = newId<ContactId>(), kind, name, address: given, phone, mrn }: CreateContact,
  by: Doer,
): Promise<Contact> {
  const { address } = readAddress(given);
  const contact: Contact = {
    organizationId,
    contactId,
    kind,
    name,
    address,
    phone: phone ?? null,
    mrn: mrn ?? null,
    createdAt: clock.now(),
  };
  if (!(await insertContact(tx, await sealContact(keyring, contact)))) {
    const existing = await findContact(tx, contactId); // an earlier try of the same request
    if (existing !== undefined) return openContact(keyring, existing);
  }
  await contactCreated(audit, tx, by, contact);
  return contact;
}

export function readAddress(text: string): { address: string } {
  const parsed = parseAddress(text.trim());
  if (parsed !== null) return parsed;
  throw new ContactsError(
    'invalid-address',
    'This is not an email address. It needs a name, an @ and a domain.',
  );
}
