import type { ContactId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Audit, Doer } from '#modules/audit/index.ts';
import type { Contact } from './contact.ts';

type Recorder = Pick<Audit, 'record'>;

export function contactCreated(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  { organizationId, contactId, kind }: Contact,
): Promise<void> {
  return audit.record(tx, {
    organizationId,
    kind: 'contact.created',
    actor,
    subject: { type: 'contact', id: contactId },
    fields: { kind },
    ip,
  });
}

/** Whose data was shown: 45 CFR 164.312(b) wants each look on record. Nothing was shown, nothing is recorded. */
export async function contactsSeen(
  audit: Recorder,
  tx: Tx,
  { actor, ip }: Doer,
  {
    organizationId,
    contactIds,
    how,
  }: {
    organizationId: OrganizationId;
    contactIds: readonly ContactId[];
    how: 'opened' | 'listed' | 'found-by-address';
  },
): Promise<void> {
  if (contactIds.length === 0) return;
  await audit.record(tx, {
    organizationId,
    kind: 'contact.seen',
    actor,
    fields: { how, contactIds },
    ip,
  });
}
