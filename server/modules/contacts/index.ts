export { createContactsModule } from './module.ts';
export type { ContactsModule } from './module.ts';
export type { ContactsPorts } from './ports.ts';
export type { Contact } from './contact.ts';
export type { CreateContact } from './create-contact.ts';
export { ContactsError } from './errors.ts';
