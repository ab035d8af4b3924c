import type { ContactId } from '#contract/ids.ts';
import {
  createContact as createContactEndpoint,
  findContacts as findContactsEndpoint,
  getContact,
  listContacts as listContactsEndpoint,
  type ContactView,
} from '#contract/contacts.ts';
import { route, type Route } from '#platform/http/route.ts';
import { contactsSeen } from './audit-trail.ts';
import type { Contact } from './contact.ts';
import { findContact, selectByAddress } from './contact-store.ts';
import { createContact, readAddress } from './create-contact.ts';
import { ContactsError } from './errors.ts';
import { listContacts } from './list-contacts.ts';
import type { ContactsPorts } from './ports.ts';
import { contactAddressIndex, openContact } from './seal-contact.ts';

const mostFound = 50;

export function contactRoutes(ports: ContactsPorts): Route[] {
  const { database, keyring, audit } = ports;
  return [
    route(listContactsEndpoint, ({ principal: { organizationId, actor }, query, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const { items, nextCursor } = await listContacts(tx, keyring, query);
        const contactIds = items.map(({ contactId }) => contactId);
        await contactsSeen(
          audit,
          tx,
          { actor, ip: request.ip },
          { organizationId, contactIds, how: 'listed' },
        );
        return { items: items.map(toView), nextCursor };
      }),
    ),

    route(findContactsEndpoint, async ({ principal: { organizationId, actor }, body, request }) => {
      const { address } = readAddress(body.address);
      const index = await contactAddressIndex(keyring, organizationId, address);
      return database.inTenant(organizationId, async (tx) => {
        const rows = await selectByAddress(tx, index, mostFound);
        const contactIds = rows.map(({ contactId }) => contactId);
        await contactsSeen(
          audit,
          tx,
          { actor, ip: request.ip },
          { organizationId, contactIds, how: 'found-by-address' },
        );
        const found = await Promise.all(rows.map((row) => openContact(keyring, row)));
        return { items: found.map(toView) };
      });
    }),

    route(createContactEndpoint, ({ principal: { organizationId, actor }, body, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const command = { ...body, organizationId, contactId: request.creationId as ContactId };
        return toView(await createContact(tx, ports, command, { actor, ip: request.ip }));
      }),
    ),

    route(getContact, ({ principal: { organizationId, actor }, params, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const row = await findContact(tx, params.contactId as ContactId);
        if (row === undefined)
          throw new ContactsError('not-found', 'There is no such contact in this organisation.');
        const { contactId } = row;
        await contactsSeen(
          audit,
          tx,
          { actor, ip: request.ip },
          { organizationId, contactIds: [contactId], how: 'opened' },
        );
        return toView(await openContact(keyring, row));
      }),
    ),
  ];
}

function toView({ contactId, kind, name, address, phone, mrn, createdAt }: Contact): ContactView {
  return { contactId, kind, name, address, phone, mrn, createdAt: createdAt.toISOString() };
}
