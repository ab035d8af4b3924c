import type { Audit } from '#modules/audit/index.ts';
import type { DeliveryModule } from '#modules/delivery/index.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { ProtectionModule } from '#modules/protection/index.ts';
import type { SendingModule } from '#modules/sending/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Scan } from '#protocols/clamd/index.ts';
import type { SenderDns } from './sender-dns.ts';

export interface ReceptionPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly outbox: Pick<Outbox, 'publishMany' | 'publishing' | 'loop'>;
  readonly audit: Pick<Audit, 'record' | 'recordMany' | 'recording'>;
  readonly identity: Pick<
    IdentityModule,
    | 'authenticateSmtp'
    | 'getUser'
    | 'usableAppPasswords'
    | 'mailAddressesOf'
    | 'findUserByAddress'
    | 'administrators'
  >;
  readonly domains: Pick<DomainsModule, 'findByName' | 'forwardingAt' | 'forwardingEnds' | 'countReturned'>;
  readonly organizations: Pick<OrganizationsModule, 'settingsOf'>;
  readonly messages: Pick<MessagesModule, 'openIntake' | 'store' | 'storing' | 'discard' | 'destroyContent'>;
  readonly protection: Pick<ProtectionModule, 'routeOf'>;
  readonly delivery: Pick<
    DeliveryModule,
    'enqueue' | 'journaling' | 'nudge' | 'readReturnPath' | 'takeReturn'
  >;
  readonly sending: Pick<SendingModule, 'acceptBatch'>;
  /** Null: mail is not looked at for viruses. */
  readonly openScan: (() => Scan) | null;
  /** For finding out who wrote. */
  readonly dns: SenderDns;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  /** Our name in greetings and Received fields. */
  readonly hostname: string;
}
