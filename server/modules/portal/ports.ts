import type { Audit } from '#modules/audit/index.ts';
import type { DeliveryModule } from '#modules/delivery/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MailboxModule } from '#modules/mailbox/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { PickupModule } from '#modules/pickup/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';

export interface PortalPorts {
  readonly database: Database;
  readonly keyring: Pick<Keyring, 'globalBlindIndex'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Pick<Audit, 'record'>;
  readonly organizations: Pick<OrganizationsModule, 'get' | 'findBySlug' | 'settingsOf'>;
  readonly identity: Pick<IdentityModule, 'getUser'>;
  readonly messages: Pick<
    MessagesModule,
    'store' | 'fromRaw' | 'discard' | 'readRaw' | 'summaries' | 'readContent' | 'readAttachment'
  >;
  readonly pickup: PickupModule;
  readonly delivery: Pick<DeliveryModule, 'journaling'>;
  readonly mailbox: Pick<MailboxModule, 'place'>;
  /** A request for a new link is answered no sooner than this, milliseconds, whatever was found. Default 400. */
  readonly answerAfterMs?: number;
}
