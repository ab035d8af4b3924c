import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { markApiKeysRevoked } from './api-key-store.ts';
import { markAppPasswordsRevoked } from './app-password-store.ts';
import type { Doer } from '#modules/audit/index.ts';
import type { IdentityContext } from './ports.ts';
import { markEnded } from './session-store.ts';

/** Everything that a user could still act with: sessions, API keys, app passwords. At once, for all processes. */
export async function endCredentials(
  tx: Tx,
  { clock, trail }: Pick<IdentityContext, 'clock' | 'trail'>,
  { organizationId, userId }: { organizationId: OrganizationId; userId: UserId },
  by: Doer,
): Promise<void> {
  const now = clock.now();
  const sessions = await markEnded(tx, { userId }, 'user-changed', now);
  await trail.sessionsEnded(tx, by, { organizationId, because: 'user-changed', sessions });
  const apiKeyIds = await markApiKeysRevoked(tx, { userId }, now);
  await trail.apiKeysRevoked(tx, by, { organizationId, userId, apiKeyIds });
  const appPasswordIds = await markAppPasswordsRevoked(tx, { userId }, now);
  await trail.appPasswordsRevoked(tx, by, { organizationId, userId, appPasswordIds });
}
