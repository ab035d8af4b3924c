import type { Audit } from '#modules/audit/index.ts';
import type { DeliveryModule } from '#modules/delivery/index.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { PickupModule } from '#modules/pickup/index.ts';
import type { PolicyModule } from '#modules/policy/index.ts';
import type { ProtectionModule } from '#modules/protection/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';

export interface SendingPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly organizations: Pick<OrganizationsModule, 'get' | 'settingsOf'>;
  readonly identity: Pick<IdentityModule, 'getUser' | 'mailAddressesOf' | 'findUsersByAddress'>;
  readonly domains: Pick<DomainsModule, 'findByName' | 'forwardingEnds'>;
  readonly messages: Pick<MessagesModule, 'store' | 'fromRaw' | 'readRaw' | 'discard' | 'summaries'>;
  readonly policy: Pick<PolicyModule, 'decide'>;
  readonly protection: Pick<ProtectionModule, 'choose' | 'saveReceipts' | 'receiptsOf'>;
  readonly pickup: Pick<
    PickupModule,
    | 'offerMany'
    | 'offersOfMessage'
    | 'overviewsOf'
    | 'locksOf'
    | 'receiptsOf'
    | 'revoke'
    | 'extend'
    | 'remind'
  >;
  readonly delivery: Pick<
    DeliveryModule,
    'enqueue' | 'journaling' | 'forMessage' | 'stepsOf' | 'countStates' | 'revoke' | 'nudge'
  >;
}
