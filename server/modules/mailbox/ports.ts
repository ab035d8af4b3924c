import type { Audit } from '#modules/audit/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { Keys } from '#modules/protection/index.ts';
import type { SendingModule } from '#modules/sending/index.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';

export interface MailboxPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbox: Pick<Outbox, 'subscribe' | 'subscribeMany'>;
  readonly audit: Pick<Audit, 'record' | 'recordMany'>;
  readonly organizations: Pick<OrganizationsModule, 'settingsOf'>;
  readonly identity: Pick<IdentityModule, 'authorize' | 'getUser' | 'mailAddressesOf'>;
  readonly messages: Pick<
    MessagesModule,
    | 'fromRaw'
    | 'discard'
    | 'store'
    | 'readRaw'
    | 'summaries'
    | 'facts'
    | 'destroyContent'
    | 'readContent'
    | 'search'
  >;
  readonly sending: Pick<SendingModule, 'acceptBatch' | 'recipientsOf' | 'timeline'>;
  readonly keys: Pick<Keys, 'openLater'>;
  /** Where the workspace is reached from outside, without a slash at the end. */
  readonly publicUrl: string;
}
