import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Resolver } from '#platform/dns/index.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import type { OpenPgp } from '#protocols/openpgp/index.ts';
import type { Audit } from '#modules/audit/index.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { Smime } from './create-smime.ts';

export interface KeysPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: Pick<Audit, 'record'>;
  readonly identity: Pick<IdentityModule, 'mailAddressesOf'>;
  readonly domains: Pick<DomainsModule, 'findByName'>;
  readonly resolver: Resolver;
  readonly openpgp: OpenPgp;
  readonly smime: Smime;
  readonly webKeys: WebKeyOptions;
}

/** How keys are asked for at other domains. */
export interface WebKeyOptions {
  /** 443 outside the lab. */
  readonly port: number;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
  /** Servers at loopback and private addresses may be asked: the lab's only. */
  readonly allowPrivate: boolean;
}
