import type { OrganizationId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { normalizeAddress } from '#protocols/mime/address.ts';
import type { Contact } from './contact.ts';
import type { ContactRow } from './contact-store.ts';

const purposes = {
  name: 'contacts.contact.name',
  address: 'contacts.contact.address',
  phone: 'contacts.contact.phone',
  mrn: 'contacts.contact.mrn',
} as const;

export async function sealContact(
  keyring: Keyring,
  contact: Contact,
): Promise<ContactRow & { addressIndex: Buffer }> {
  const { organizationId, phone, mrn } = contact;
  const seal = (field: keyof typeof purposes, value: string) =>
    keyring.seal(organizationId, purposes[field], value);
  return {
    ...contact,
    name: await seal('name', contact.name),
    address: await seal('address', contact.address),
    addressIndex: await contactAddressIndex(keyring, organizationId, contact.address),
    phone: phone === null ? null : await seal('phone', phone),
    mrn: mrn === null ? null : await seal('mrn', mrn),
  };
}

export async function openContact(keyring: Keyring, row: ContactRow): Promise<Contact> {
  const { organizationId, phone, mrn } = row;
  const open = (field: keyof typeof purposes, sealed: Buffer) =>
    keyring.openText(organizationId, purposes[field], sealed);
  return {
    ...row,
    name: await open('name', row.name),
    address: await open('address', row.address),
    phone: phone === null ? null : await open('phone', phone),
    mrn: mrn === null ? null : await open('mrn', mrn),
  };
}

/** Equal for the same address within one organisation; says nothing between two. */
export function contactAddressIndex(
  keyring: Keyring,
  organizationId: OrganizationId,
  address: string,
): Promise<Buffer> {
  return keyring.blindIndex(organizationId, purposes.address, normalizeAddress(address));
}
