import type { OrganizationId } from '#contract/ids.ts';
import { OrganizationSettings, type OrganizationChange } from '#contract/organizations.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Actor, Audit } from '#modules/audit/index.ts';
import { organizationChanged } from './audit-trail.ts';
import { OrganizationsError } from './errors.ts';
import type { Organization } from './organization.ts';
import { findOrganization, updateOrganization } from './organization-store.ts';

export interface ChangeOrganization {
  readonly organizationId: OrganizationId;
  readonly change: OrganizationChange;
  readonly actor: Actor;
  readonly ip?: string;
}

/**
 * Applies what was given and leaves the rest; a change that changes nothing is not recorded.
 * Throws OrganizationsError 'conflict' when `change.revision` is no longer the current one.
 */
export async function changeOrganization(
  tx: Tx,
  { audit, clock }: { audit: Pick<Audit, 'record'>; clock: Clock },
  { organizationId, change, actor, ip }: ChangeOrganization,
): Promise<Organization> {
  const found = await findOrganization(tx, organizationId, 'for-update');
  if (found === undefined)
    throw new OrganizationsError('unknown-organization', 'There is no such organisation.');
  const { organization: before, decided } = found;
  if (change.revision !== undefined && change.revision !== before.revision) {
    throw new OrganizationsError(
      'conflict',
      'The settings were changed by somebody else. Look at them again, then repeat your change.',
    );
  }

  const given = Object.fromEntries(
    Object.entries(change.settings ?? {}).filter(([, value]) => value !== undefined),
  );
  const name = change.name ?? before.name;
  const settings = OrganizationSettings.parse({ ...before.settings, ...given });
  const after: Organization = { ...before, name, settings, revision: before.revision + 1 };
  const changes = differences(before, after);
  if (changes.length === 0) return before;

  await updateOrganization(
    tx,
    organizationId,
    { name, settings: { ...decided, ...given }, revision: after.revision },
    clock.now(),
  );
  await organizationChanged(audit, tx, { organizationId, changes, revision: after.revision, actor, ip });
  return after;
}

/** One line a changed value: what, before, after. */
function differences(
  before: Organization,
  after: Organization,
): { what: string; before: string; after: string }[] {
  const flat = ({ name, settings }: Organization) => Object.entries({ name, ...settings });
  const earlier = new Map(flat(before));
  return flat(after)
    .filter(([what, value]) => String(earlier.get(what)) !== String(value))
    .map(([what, value]) => ({ what, before: String(earlier.get(what)), after: String(value) }));
}
