import type { OrganizationId } from '#contract/ids.ts';
import type { Audit, Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { OwnPolicy } from './own-policy.ts';

/** The policy that others follow when they send to a domain of ours was changed. */
export function ownPolicyChanged(
  audit: Pick<Audit, 'record'>,
  tx: Tx,
  { actor, ip }: Doer,
  organizationId: OrganizationId,
  domain: string,
  { mode, maxAge }: OwnPolicy,
): Promise<void> {
  return audit.record(tx, {
    organizationId,
    kind: 'domain.sts-policy-changed',
    actor,
    subject: { type: 'organization', id: organizationId },
    fields: { name: domain, mode, maxAge },
    ip,
  });
}
