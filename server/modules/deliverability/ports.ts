import type { Audit } from '#modules/audit/index.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import type { MessagesModule } from '#modules/messages/index.ts';
import type { ProtectionModule } from '#modules/protection/index.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { OrganizationId } from '#contract/ids.ts';
import type { Database, Tx } from '#platform/database/database.ts';
import type { Resolver } from '#platform/dns/index.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Logger } from '#platform/log/log.ts';

export interface ReportLetter {
  readonly organizationId: OrganizationId;
  readonly from: string;
  readonly to: string;
  readonly raw: Buffer;
}

export interface DeliverabilityPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbox: Outbox;
  readonly audit: Pick<Audit, 'record'>;
  /** Without a cache: a record that was just published must not be hidden by an earlier look. */
  readonly resolver: Pick<Resolver, 'txt' | 'mx'>;
  readonly domains: Pick<DomainsModule, 'findByName'>;
  readonly messages: Pick<MessagesModule, 'readRaw'>;
  readonly protection: Pick<ProtectionModule, 'fetchPolicy' | 'takeSessions'>;
  /** Our mail server as others reach it, and where people do. */
  readonly hostname: string;
  readonly publicUrl: string;
  /** A report to a URL of somebody else's; false unless it was taken. Never rejects. */
  readonly post: (url: URL, body: Buffer) => Promise<boolean>;
  /** A report by mail, signed on its way as all mail of the organisation is. */
  readonly mail: (tx: Tx, letter: ReportLetter) => Promise<void>;
}
