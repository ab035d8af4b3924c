import type { OrganizationId } from '#contract/ids.ts';
import { OrganizationSettings } from '#contract/organizations.ts';

/** A tenant: a covered entity, or a business associate. */
export interface Organization {
  readonly organizationId: OrganizationId;
  /** What people read. */
  readonly name: string;
  /** Short name in links and commands; unique on this installation. */
  readonly slug: string;
  readonly settings: OrganizationSettings;
  /** 1 when created, one more with each change. */
  readonly revision: number;
}

/**
 * The settings as decided so far, over the defaults of the contract. A stored value that an older or newer
 * version wrote and this one cannot read gives way to its default, which is the careful choice; the rest stay.
 */
export function readSettings(stored: unknown, portalName: string): OrganizationSettings {
  const decided = typeof stored === 'object' && stored !== null ? stored : {};
  const given = { portalName, ...decided };
  const whole = OrganizationSettings.safeParse(given);
  if (whole.success) return whole.data;
  const unreadable = new Set(whole.error.issues.map(({ path }) => path[0]));
  return OrganizationSettings.parse({
    portalName,
    ...Object.fromEntries(Object.entries(given).filter(([key]) => !unreadable.has(key))),
  });
}
