import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Resolver } from '#platform/dns/index.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Audit } from '#modules/audit/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';

import type { ForwardDoubt } from './forwarding.ts';

export interface DomainsPorts {
  readonly database: Database;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'openText' | 'blindIndex'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Pick<Audit, 'record'>;
  /** Best one without a cache: a record that was just published must not be hidden by an earlier look. */
  readonly resolver: Pick<Resolver, 'txt' | 'mx'>;
  readonly organizations: Pick<OrganizationsModule, 'create'>;
  readonly identity: Pick<IdentityModule, 'prepareUser' | 'addUser' | 'findUserByAddress'>;
  /** Which of these addresses mail could not be forwarded to just now, and why; `protection` knows, which comes later in the order. */
  readonly forwardDoubts: (
    organizationId: OrganizationId,
    addresses: readonly string[],
  ) => Promise<readonly ForwardDoubt[]>;
  /** This server's name, as MX records have it. */
  readonly hostname: string;
}
