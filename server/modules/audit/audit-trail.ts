import type { Tx } from '#platform/database/database.ts';
import type { OrganizationId } from '#contract/ids.ts';
import type { Actor } from './audit-event.ts';
import type { Audit } from './module.ts';

/** Somebody looked at the log; `first` and `last` are the sequence numbers shown. */
export function auditRead(
  audit: Audit,
  tx: Tx,
  {
    organizationId,
    actor,
    ip,
    first,
    last,
  }: { organizationId: OrganizationId; actor: Actor; ip: string; first: number; last: number },
): Promise<void> {
  return audit.record(tx, { organizationId, kind: 'audit.read', actor, ip, fields: { first, last } });
}
