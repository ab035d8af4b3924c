import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Audit } from '#modules/audit/index.ts';

export interface ContactsPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly audit: Pick<Audit, 'record'>;
}
