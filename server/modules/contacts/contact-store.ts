import type { ContactId, OrganizationId } from '#contract/ids.ts';
import type { ContactKind } from '#contract/contacts.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';

type ContactsTables = {
  'contacts.contact': {
    organization_id: OrganizationId;
    contact_id: ContactId;
    kind: ContactKind;
    name: Buffer;
    address: Buffer;
    address_index: Buffer;
    phone: Buffer | null;
    mrn: Buffer | null;
    created_at: Date;
  };
};

/** A contact with everything that identifies a person sealed. */
export interface ContactRow {
  readonly organizationId: OrganizationId;
  readonly contactId: ContactId;
  readonly kind: ContactKind;
  readonly name: Buffer;
  readonly address: Buffer;
  readonly phone: Buffer | null;
  readonly mrn: Buffer | null;
  readonly createdAt: Date;
}

const contacts = (tx: Tx) =>
  tx
    .withTables<ContactsTables>()
    .selectFrom('contacts.contact')
    .select([
      'organization_id as organizationId',
      'contact_id as contactId',
      'kind',
      'name',
      'address',
      'phone',
      'mrn',
      'created_at as createdAt',
    ])
    .where('organization_id', '=', tenant);

/** False when a contact of this id exists. */
export async function insertContact(tx: Tx, row: ContactRow & { addressIndex: Buffer }): Promise<boolean> {
  const inserted = await tx
    .withTables<ContactsTables>()
    .insertInto('contacts.contact')
    .values({
      organization_id: row.organizationId,
      contact_id: row.contactId,
      kind: row.kind,
      name: row.name,
      address: row.address,
      address_index: row.addressIndex,
      phone: row.phone,
      mrn: row.mrn,
      created_at: row.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export function findContact(tx: Tx, contactId: ContactId): Promise<ContactRow | undefined> {
  return contacts(tx).where('contact_id', '=', contactId).executeTakeFirst();
}

/** Oldest first. */
export function selectByAddress(tx: Tx, addressIndex: Buffer, limit: number): Promise<ContactRow[]> {
  return contacts(tx).where('address_index', '=', addressIndex).orderBy('created_at').limit(limit).execute();
}

/** Where a page begins: after this contact, in the order of the list. */
export interface ContactPosition {
  readonly createdAt: Date;
  readonly contactId: ContactId;
}

/** Newest first. */
export function selectContacts(
  tx: Tx,
  after: ContactPosition | undefined,
  limit: number,
): Promise<ContactRow[]> {
  let query = contacts(tx);
  if (after !== undefined) {
    query = query.where((is) =>
      is(is.refTuple('created_at', 'contact_id'), '<', is.tuple(after.createdAt, after.contactId)),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('contact_id', 'desc').limit(limit).execute();
}
