import type { Audit } from '#modules/audit/index.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { PickupModule } from '#modules/pickup/index.ts';
import type { PolicyModule } from '#modules/policy/index.ts';
import type { Keys, ProtectionModule } from '#modules/protection/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import type { SmtpTimeouts } from '#protocols/smtp/index.ts';
import type { DeliveryMetrics } from './metrics.ts';

export interface DeliveryPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: DeliveryMetrics;
  readonly outbox: Outbox;
  readonly audit: Audit;
  readonly organizations: Pick<OrganizationsModule, 'get' | 'settingsOf'>;
  readonly domains: Pick<
    DomainsModule,
    'findByName' | 'sign' | 'seal' | 'returnsHere' | 'countForwardFailure'
  >;
  readonly identity: Pick<IdentityModule, 'getUser'>;
  readonly messages: Pick<MessagesModule, 'readRaw' | 'readTogether' | 'readHeader' | 'fromRaw' | 'store'>;
  readonly protection: Pick<
    ProtectionModule,
    | 'routeOf'
    | 'verifyConnection'
    | 'noteSession'
    | 'noteForbidden'
    | 'leastForLetter'
    | 'leastForEncrypted'
    | 'receiptsOf'
    | 'saveReceipts'
  >;
  readonly keys: Pick<Keys, 'encrypt'>;
  readonly policy: Pick<PolicyModule, 'decisionOf'>;
  readonly pickup: Pick<PickupModule, 'offerMany' | 'letterToSend' | 'letterSettled' | 'letterReturned'>;
  readonly options: DeliveryOptions;
}

export interface DeliveryOptions {
  /** Our name in EHLO and in reports. */
  readonly hostname: string;
  /** Port of other people's mail servers: 25 but in the lab. */
  readonly outboundPort: number;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted?: readonly string[];
  /** Seconds after which another process takes over what this one held. Default 30. */
  readonly leaseSeconds?: number;
  /** Conversations at a time, in all. Default 100. */
  readonly conversations?: number;
  /** Default: those of RFC 5321 §4.5.3.2. */
  readonly timeouts?: Partial<SmtpTimeouts>;
}
