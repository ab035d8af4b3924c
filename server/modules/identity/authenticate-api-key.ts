import type { ApiKeyId } from '#contract/ids.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { keyPrefix } from './api-key.ts';
import { findApiKey, updateApiKeyLastUsed } from './api-key-store.ts';
import { decodeToken, isSecretOf } from './opaque-token.ts';
import type { IdentityContext } from './ports.ts';
import { permissionsOf } from './user.ts';

const usedEveryMs = 60_000;

/** Whose key it is, with the scopes that its owner still holds. Its use is written down at most once a minute. */
export async function authenticateApiKey(
  { database, clock }: Pick<IdentityContext, 'database' | 'clock'>,
  bearer: string,
): Promise<StaffPrincipal | undefined> {
  const token = bearer.startsWith(keyPrefix)
    ? decodeToken<ApiKeyId>(bearer.slice(keyPrefix.length))
    : undefined;
  if (token === undefined) return undefined;
  const { organizationId, id: apiKeyId, secret } = token;
  const now = clock.now();

  return database.inTenant(organizationId, async (tx): Promise<StaffPrincipal | undefined> => {
    const key = await findApiKey(tx, organizationId, apiKeyId);
    if (key === undefined || !isSecretOf(key.secretDigest, secret)) return undefined;
    if (key.revokedAt !== null || key.expiresAt <= now || key.state !== 'active') return undefined;
    if (key.lastUsedAt === null || now.getTime() - key.lastUsedAt.getTime() >= usedEveryMs) {
      await updateApiKeyLastUsed(tx, apiKeyId, now);
    }
    const { userId } = key;
    const held = permissionsOf(key);
    return {
      kind: 'api-key',
      organizationId,
      id: apiKeyId,
      userId,
      actor: { kind: 'api-key', apiKeyId, userId },
      permissions: new Set(key.scopes.filter((scope) => held.has(scope))),
    };
  });
}
