import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';
import { plainText } from './plain-text.ts';

/** What a person outside is to the organisation. */
export const ContactKind = z.enum([
  'patient', // is or was treated
  'member', // of a health plan
  'customer', // neither, but buys
  'referrer', // a clinician or practice outside
]);
export type ContactKind = z.output<typeof ContactKind>;

export const NewContact = z.strictObject({
  kind: ContactKind.default('patient'),
  name: plainText(200),
  address: z.string().trim().min(3).max(254),
  phone: plainText(40).optional(),
  /** Medical record number, as the organisation's records have it. */
  mrn: plainText(64).optional(),
});
export type NewContact = z.output<typeof NewContact>;

export const ContactView = z.object({
  contactId: z.uuid(),
  kind: ContactKind,
  name: z.string(),
  address: z.string(),
  phone: z.string().nullable(),
  mrn: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type ContactView = z.output<typeof ContactView>;

export const listContacts = endpoint('GET /api/v1/contacts', {
  summary: 'People outside, newest first',
  tag: 'Contacts',
  query: PageQuery,
  ok: cursorPage(ContactView),
  errors: [],
  permission: 'contact.read',
});

export const findContacts = endpoint('POST /api/v1/contacts/find', {
  summary: 'People who have exactly this address',
  description:
    'A POST, because an address must not be in a URL. Families share addresses: the answer is a list, at most 50.',
  tag: 'Contacts',
  body: z.strictObject({ address: z.string().trim().min(3).max(254) }),
  ok: z.object({ items: z.array(ContactView) }),
  errors: ['invalid-address'],
  permission: 'contact.read',
});

export const createContact = endpoint('POST /api/v1/contacts', {
  summary: 'Add a person outside',
  tag: 'Contacts',
  body: NewContact,
  ok: ContactView,
  status: 201,
  errors: ['invalid-address'],
  permission: 'contact.manage',
  idempotent: true,
});

export const getContact = endpoint('GET /api/v1/contacts/:contactId', {
  summary: 'One person outside',
  tag: 'Contacts',
  params: z.object({ contactId: z.uuid() }),
  ok: ContactView,
  errors: ['not-found'],
  permission: 'contact.read',
});
