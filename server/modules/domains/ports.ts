import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Resolver } from '#platform/dns/index.ts';
import type { Audit } from '#modules/audit/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';

export interface DomainsPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Pick<Audit, 'record'>;
  /** Best one without a cache: a record that was just published must not be hidden by an earlier look. */
  readonly resolver: Pick<Resolver, 'txt'>;
  readonly organizations: Pick<OrganizationsModule, 'create'>;
  readonly identity: Pick<IdentityModule, 'prepareUser' | 'addUser'>;
}
