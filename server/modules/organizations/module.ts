import type { OrganizationId } from '#contract/ids.ts';
import type { OrganizationSettings } from '#contract/organizations.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import type { Audit } from '#modules/audit/index.ts';
import { changeOrganization, type ChangeOrganization } from './change-organization.ts';
import { createOrganization, type NewOrganization } from './create-organization.ts';
import { OrganizationsError } from './errors.ts';
import type { Organization } from './organization.ts';
import { findBySlug, findOrganization, selectOrganizations } from './organization-store.ts';
import { organizationRoutes } from './routes.ts';

export interface OrganizationsPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Pick<Audit, 'record'>;
  /** Why copies for an archive could not be sent to the address, as a sentence; null where they could. */
  readonly journalDoubt: (organizationId: OrganizationId, address: string) => Promise<string | null>;
}

export interface OrganizationsModule {
  /** Throws OrganizationsError 'unknown-organization'. */
  get(tx: Tx, organizationId: OrganizationId): Promise<Organization>;
  /** All organisations of this installation, by slug: for the operator. */
  list(): Promise<Organization[]>;
  /** Null when no organisation of this installation has the short name. */
  findBySlug(slug: string): Promise<Organization | null>;
  /** For hot paths: no query most of the time, at most 5 s old. Throws as `get`. */
  settingsOf(organizationId: OrganizationId): Promise<OrganizationSettings>;
  /** Only the tenant itself; `domains.createOrganization` adds its domain and first administrator. */
  create(tx: Tx, organizationId: OrganizationId, organization: NewOrganization): Promise<Organization>;
  change(command: ChangeOrganization): Promise<Organization>;
  readonly routes: Route[];
}

export function createOrganizationsModule(ports: OrganizationsPorts): OrganizationsModule {
  const { database } = ports;

  async function get(tx: Tx, organizationId: OrganizationId): Promise<Organization> {
    const found = await findOrganization(tx, organizationId);
    if (found === undefined)
      throw new OrganizationsError('unknown-organization', 'There is no such organisation.');
    return found.organization;
  }

  const settings = createExpiringCache<OrganizationId, OrganizationSettings>({
    load: async (organizationId) =>
      (await database.inTenant(organizationId, (tx) => get(tx, organizationId))).settings,
    keepMs: 5_000,
    capacity: 1_000,
  });

  async function change(command: ChangeOrganization): Promise<Organization> {
    await checkJournal(command);
    const changed = await database.inTenant(command.organizationId, (tx) =>
      changeOrganization(tx, ports, command),
    );
    settings.forget(command.organizationId);
    return changed;
  }

  /** Other people's servers are asked: before there is a transaction. */
  async function checkJournal({ organizationId, change: { settings: given } }: ChangeOrganization) {
    const address = given?.journalAddress ?? '';
    if (address === '' || address === (await settings.of(organizationId)).journalAddress) return;
    const doubt = await ports.journalDoubt(organizationId, address);
    if (doubt !== null)
      throw new OrganizationsError('invalid-address', `No copies can be sent to this address: ${doubt}`);
  }

  return {
    get,
    list: () => database.acrossTenants(selectOrganizations),
    findBySlug: async (slug) => (await database.acrossTenants((tx) => findBySlug(tx, slug))) ?? null,
    settingsOf: (organizationId) => settings.of(organizationId),
    create: (tx, organizationId, organization) => createOrganization(tx, ports, organizationId, organization),
    change,
    routes: organizationRoutes({ get, change }, database),
  };
}
