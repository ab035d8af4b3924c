import type { OrganizationId } from '#contract/ids.ts';
import type { TransportView } from '#contract/deliverability.ts';
import type { Doer } from '#modules/audit/index.ts';
import { ownPolicyChanged } from './audit-trail.ts';
import { DeliverabilityError } from './errors.ts';
import type { OwnPolicy } from './own-policy.ts';
import { upsertOwnPolicy } from './own-policy-store.ts';
import type { DeliverabilityPorts } from './ports.ts';
import { showTransport } from './show-transport.ts';

/**
 * Changes the MTA-STS policy of a domain. Throws DeliverabilityError 'not-found', and 'conflict' for mode enforce
 * while others could not follow it: their mail would wait, and then be lost (RFC 8461 §5).
 */
export async function changeTransport(
  ports: DeliverabilityPorts,
  organizationId: OrganizationId,
  name: string,
  policy: OwnPolicy,
  by: Doer,
): Promise<TransportView> {
  const { domain, ...seen } = await showTransport(ports, organizationId, name);
  const ready =
    seen.policy.served === 'right' && seen.mx === 'named' && seen.policyRecord.found !== 'missing';
  if (policy.mode === 'enforce' && !ready) {
    throw new DeliverabilityError(
      'conflict',
      'Others cannot see the policy, its record or the right MX records yet, and would keep their mail back. Publish the records, wait until this page shows all three as right, and try again.',
    );
  }
  await ports.database.inTenant(organizationId, async (tx) => {
    await upsertOwnPolicy(tx, organizationId, domain, policy, ports.clock.now());
    await ownPolicyChanged(ports.audit, tx, by, organizationId, domain, policy);
  });
  return await showTransport(ports, organizationId, domain);
}
