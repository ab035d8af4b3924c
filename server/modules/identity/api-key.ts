import type { ApiKeyId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Permission } from '#contract/permissions.ts';
import { newId } from '#platform/ids.ts';
import { insertApiKey, markApiKeysRevoked, selectApiKeys, type ApiKeyRow } from './api-key-store.ts';
import type { Doer } from '#modules/audit/index.ts';
import { IdentityError } from './errors.ts';
import { mintToken } from './opaque-token.ts';
import type { IdentityContext } from './ports.ts';
import { permissionsOf } from './user.ts';
import { findUser } from './user-store.ts';

/** What every key begins with, so that people and scanners know a leaked one. */
export const keyPrefix = 'cp_';

const shownCharacters = keyPrefix.length + 12;
const dayMs = 86_400_000;
const longestDays = 365;
const namePurpose = 'identity.api-key.name';

export type ApiKey = Omit<ApiKeyRow, 'name'> & { readonly name: string };

export interface NewApiKey {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly apiKeyId?: ApiKeyId;
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** 1 to 365. */
  readonly expiresInDays: number;
}

/** The key is answered once and not kept. Throws IdentityError 'scope-not-held'; RangeError for a longer life. */
export async function createApiKey(
  context: IdentityContext,
  command: NewApiKey,
  by: Doer,
): Promise<{ apiKey: ApiKey; key: string }> {
  const { database, keyring, clock, trail } = context;
  const { organizationId, userId, apiKeyId = newId<ApiKeyId>(), name, expiresInDays } = command;
  if (!(expiresInDays >= 1 && expiresInDays <= longestDays))
    throw new RangeError('A key lives between a day and a year');
  const scopes = [...new Set(command.scopes)];
  const createdAt = clock.now();
  const { token, digest } = mintToken(apiKeyId, organizationId);
  const key = `${keyPrefix}${token}`;
  const row: ApiKeyRow = {
    organizationId,
    apiKeyId,
    userId,
    name: await keyring.seal(organizationId, namePurpose, name),
    prefix: key.slice(0, shownCharacters),
    scopes,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + expiresInDays * dayMs),
    lastUsedAt: null,
  };
  await database.inTenant(organizationId, async (tx) => {
    const owner = await findUser(tx, userId);
    if (owner === undefined)
      throw new IdentityError('not-found', 'There is no such user in this organisation.');
    const missing = scopes.filter((scope) => !permissionsOf(owner).has(scope));
    if (missing.length > 0)
      throw new IdentityError(
        'scope-not-held',
        `You do not hold ${missing.join(', ')} yourself, so no key of yours can.`,
      );
    await insertApiKey(tx, { ...row, secretDigest: digest });
    await trail.apiKeyCreated(tx, by, { ...row, name });
  });
  return { apiKey: { ...row, name }, key };
}

/** The user's own, still working, newest first. */
export async function listApiKeys(
  { database, keyring, clock }: Pick<IdentityContext, 'database' | 'keyring' | 'clock'>,
  { organizationId, userId }: { organizationId: OrganizationId; userId: UserId },
): Promise<ApiKey[]> {
  const rows = await database.inTenant(organizationId, (tx) => selectApiKeys(tx, userId, clock.now()));
  return Promise.all(
    rows.map(async (row) => ({
      ...row,
      name: await keyring.openText(organizationId, namePurpose, row.name),
    })),
  );
}

/** Throws IdentityError 'not-found' when the user has no such key. */
export async function revokeApiKey(
  { database, clock, trail }: Pick<IdentityContext, 'database' | 'clock' | 'trail'>,
  {
    organizationId,
    userId,
    apiKeyId,
  }: { organizationId: OrganizationId; userId: UserId; apiKeyId: ApiKeyId },
  by: Doer,
): Promise<void> {
  await database.inTenant(organizationId, async (tx) => {
    const apiKeyIds = await markApiKeysRevoked(tx, { userId, apiKeyId }, clock.now());
    if (apiKeyIds.length === 0) throw new IdentityError('not-found', 'You have no such API key.');
    await trail.apiKeysRevoked(tx, by, { organizationId, userId, apiKeyIds });
  });
}
