import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Tx } from '#platform/database/database.ts';
import type { Outbox } from '#platform/events/outbox.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Audit } from '#modules/audit/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { IdentityAuditTrail } from './audit-trail.ts';
import type { Passwords } from './passwords.ts';
import type { HashCost } from './password-hash.ts';
import type { SignInLimitRules, SignInLimits } from './sign-in-limits.ts';

export interface IdentityPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly audit: Audit;
  readonly outbox: Pick<Outbox, 'publish'>;
  readonly organizations: Pick<OrganizationsModule, 'get' | 'list' | 'settingsOf'>;
  /**
   * Whether the organisation has proven that the domain is its own. Only such addresses can be given to users,
   * or one tenant could take the mail of another. Asked inside the transaction that adds the user.
   */
  readonly isOwnDomain: (tx: Tx, organizationId: OrganizationId, domain: string) => Promise<boolean>;
  /** Default: `recommendedCost`. Tests use less. */
  readonly passwordCost?: HashCost;
  /** Default: `signInLimitRules`. */
  readonly limitRules?: Record<'workspace' | 'smtp', SignInLimitRules>;
  /**
   * A refused sign-in is answered no sooner than this, milliseconds, whatever was the reason: what it took is
   * not measurable. Default 400.
   */
  readonly refusalFloorMs?: number;
}

/** The ports, and what the module made of them for its own use cases. */
export interface IdentityContext extends IdentityPorts {
  readonly trail: IdentityAuditTrail;
  readonly passwords: Passwords;
  readonly limits: SignInLimits;
}
