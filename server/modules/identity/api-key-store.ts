import type { ApiKeyId, OrganizationId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Permission, Role } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import type { IdentityTables } from './tables.ts';

export interface ApiKeyRow {
  readonly organizationId: OrganizationId;
  readonly apiKeyId: ApiKeyId;
  readonly userId: UserId;
  /** Sealed. */
  readonly name: Buffer;
  readonly prefix: string;
  readonly scopes: readonly Permission[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
}

const table = (tx: Tx) => tx.withTables<IdentityTables>();

const keyColumns = [
  'k.organization_id as organizationId',
  'k.api_key_id as apiKeyId',
  'k.user_id as userId',
  'k.name',
  'k.prefix',
  'k.scopes',
  'k.created_at as createdAt',
  'k.expires_at as expiresAt',
  'k.last_used_at as lastUsedAt',
] as const;

/** A key of the same id gets the new secret: the first answer to the same request never arrived. */
export async function insertApiKey(tx: Tx, key: ApiKeyRow & { secretDigest: Buffer }): Promise<void> {
  const secret = { prefix: key.prefix, secret_digest: key.secretDigest };
  await table(tx)
    .insertInto('identity.api_key')
    .values({
      ...secret,
      organization_id: key.organizationId,
      api_key_id: key.apiKeyId,
      user_id: key.userId,
      name: key.name,
      scopes: [...key.scopes],
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'api_key_id']).doUpdateSet(secret))
    .execute();
}

export type ApiKeyWithUser = ApiKeyRow & {
  secretDigest: Buffer;
  revokedAt: Date | null;
  role: Role;
  state: UserState;
};

export function findApiKey(
  tx: Tx,
  organizationId: OrganizationId,
  apiKeyId: ApiKeyId,
): Promise<ApiKeyWithUser | undefined> {
  return table(tx)
    .selectFrom('identity.api_key as k')
    .innerJoin('identity.user as u', (join) =>
      join.onRef('u.organization_id', '=', 'k.organization_id').onRef('u.user_id', '=', 'k.user_id'),
    )
    .select([
      ...keyColumns,
      'k.secret_digest as secretDigest',
      'k.revoked_at as revokedAt',
      'u.role',
      'u.state',
    ])
    .where('k.organization_id', '=', organizationId)
    .where('k.api_key_id', '=', apiKeyId)
    .executeTakeFirst();
}

/** Those that work at `now`, newest first. */
export function selectApiKeys(tx: Tx, userId: UserId, now: Date): Promise<ApiKeyRow[]> {
  return table(tx)
    .selectFrom('identity.api_key as k')
    .select(keyColumns)
    .where('k.organization_id', '=', tenant)
    .where('k.user_id', '=', userId)
    .where('k.revoked_at', 'is', null)
    .where('k.expires_at', '>', now)
    .orderBy('k.created_at', 'desc')
    .execute();
}

export async function updateApiKeyLastUsed(tx: Tx, apiKeyId: ApiKeyId, now: Date): Promise<void> {
  await table(tx)
    .updateTable('identity.api_key')
    .set({ last_used_at: now })
    .where('organization_id', '=', tenant)
    .where('api_key_id', '=', apiKeyId)
    .execute();
}

/** All of the user, or one. Answers which were revoked by this call. */
export async function markApiKeysRevoked(
  tx: Tx,
  { userId, apiKeyId }: { userId: UserId; apiKeyId?: ApiKeyId },
  now: Date,
): Promise<ApiKeyId[]> {
  const rows = await table(tx)
    .updateTable('identity.api_key')
    .set({ revoked_at: now })
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(apiKeyId !== undefined, (query) => query.where('api_key_id', '=', apiKeyId as ApiKeyId))
    .returning('api_key_id')
    .execute();
  return rows.map((row) => row.api_key_id);
}
