import type { ContactId, OrganizationId } from '#contract/ids.ts';
import type { ContactKind } from '#contract/contacts.ts';

/** A person outside. Everything but the kind is patient data. */
export interface Contact {
  readonly organizationId: OrganizationId;
  readonly contactId: ContactId;
  readonly kind: ContactKind;
  readonly name: string;
  readonly address: string;
  readonly phone: string | null;
  /** Medical record number. */
  readonly mrn: string | null;
  readonly createdAt: Date;
}
