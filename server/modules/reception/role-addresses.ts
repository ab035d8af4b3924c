import type { OrganizationId, UserId } from '#contract/ids.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import { tlsReportSender } from '#protocols/tls-rpt/index.ts';
import type { ReceptionPorts } from './ports.ts';

/** Names that must be reachable at every domain that receives mail: RFC 5321 §4.5.1, RFC 2142 §4 and §5; and where we ask for TLS reports. */
const roleNames: ReadonlySet<string> = new Set(['postmaster', 'abuse', 'security', tlsReportSender]);

/** Reports of machines for machines: they are read here and lie in nobody's mailbox. */
export function isForTlsReports(address: string): boolean {
  return address.toLowerCase().startsWith(`${tlsReportSender}@`);
}

export function isRoleName(localPart: string): boolean {
  return roleNames.has(localPart.toLowerCase());
}

/** Who gets the mail for a role address that no user has: the organisation's active administrators, at most a minute old. */
export interface RoleHolders {
  of(organizationId: OrganizationId): Promise<readonly UserId[]>;
}

export function createRoleHolders({
  database,
  identity,
}: Pick<ReceptionPorts, 'database' | 'identity'>): RoleHolders {
  return createExpiringCache<OrganizationId, readonly UserId[]>({
    load: (organizationId) => database.inTenant(organizationId, (tx) => identity.administrators(tx)),
    keepMs: 60_000,
    capacity: 1_000,
  });
}
