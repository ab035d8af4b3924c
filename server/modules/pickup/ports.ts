import type { Audit } from '#modules/audit/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';

export interface PickupPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly organizations: Pick<OrganizationsModule, 'get'>;
  readonly identity: Pick<IdentityModule, 'getUser'>;
  readonly messages: Pick<MessagesModule, 'fromRaw' | 'store' | 'destroyContent'>;
  /** Where the portal is reached from outside, without a slash at the end. */
  readonly publicUrl: string;
}
