import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { Contact } from './contact.ts';
import { selectByAddress } from './contact-store.ts';
import { createContact, type CreateContact } from './create-contact.ts';
import type { ContactsPorts } from './ports.ts';
import { contactRoutes } from './routes.ts';
import { contactAddressIndex, openContact } from './seal-contact.ts';

export interface ContactsModule {
  create(tx: Tx, contact: CreateContact, by: Doer): Promise<Contact>;
  /** Oldest first, at most 50: families share addresses. For the server's own use; looks by people go through routes. */
  findByAddress(tx: Tx, organizationId: OrganizationId, address: string): Promise<Contact[]>;
  readonly routes: Route[];
}

const mostFound = 50;

export function createContactsModule(ports: ContactsPorts): ContactsModule {
  const { keyring } = ports;
  return {
    create: (tx, contact, by) => createContact(tx, ports, contact, by),
    async findByAddress(tx, organizationId, address) {
      const rows = await selectByAddress(
        tx,
        await contactAddressIndex(keyring, organizationId, address),
        mostFound,
      );
      return Promise.all(rows.map((row) => openContact(keyring, row)));
    },
    routes: contactRoutes(ports),
  };
}
