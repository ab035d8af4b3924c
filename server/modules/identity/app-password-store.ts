import { sql } from 'kysely';
import type { AppPasswordId, OrganizationId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { Role } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import { tenant } from '#platform/database/tenant.ts';
import type { IdentityTables } from './tables.ts';

export interface AppPasswordRow {
  readonly organizationId: OrganizationId;
  readonly appPasswordId: AppPasswordId;
  readonly userId: UserId;
  /** Sealed. */
  readonly name: Buffer;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

const table = (tx: Tx) => tx.withTables<IdentityTables>();

/** One of the same id gets the new secret: the first answer to the same request never arrived. */
export async function insertAppPassword(
  tx: Tx,
  row: AppPasswordRow & { secretIndex: Buffer },
): Promise<void> {
  await table(tx)
    .insertInto('identity.app_password')
    .values({
      organization_id: row.organizationId,
      app_password_id: row.appPasswordId,
      user_id: row.userId,
      name: row.name,
      secret_index: row.secretIndex,
      created_at: row.createdAt,
      last_used_at: null,
      revoked_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'app_password_id']).doUpdateSet({ secret_index: row.secretIndex }),
    )
    .execute();
}

/** Those that work, newest first. */
export function selectAppPasswords(tx: Tx, userId: UserId): Promise<AppPasswordRow[]> {
  return table(tx)
    .selectFrom('identity.app_password')
    .select([
      'organization_id as organizationId',
      'app_password_id as appPasswordId',
      'user_id as userId',
      'name',
      'created_at as createdAt',
      'last_used_at as lastUsedAt',
    ])
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .orderBy('created_at', 'desc')
    .execute();
}

/** All of the user, or one. Answers which were revoked by this call. */
export async function markAppPasswordsRevoked(
  tx: Tx,
  { userId, appPasswordId }: { userId: UserId; appPasswordId?: AppPasswordId },
  now: Date,
): Promise<AppPasswordId[]> {
  const rows = await table(tx)
    .updateTable('identity.app_password')
    .set({ revoked_at: now })
    .where('organization_id', '=', tenant)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(appPasswordId !== undefined, (query) =>
      query.where('app_password_id', '=', appPasswordId as AppPasswordId),
    )
    .returning('app_password_id')
    .execute();
  return rows.map((row) => row.app_password_id);
}

export async function updateAppPasswordLastUsed(
  tx: Tx,
  organizationId: OrganizationId,
  appPasswordId: AppPasswordId,
  now: Date,
): Promise<void> {
  await table(tx)
    .updateTable('identity.app_password')
    .set({ last_used_at: now })
    .where('organization_id', '=', organizationId)
    .where('app_password_id', '=', appPasswordId)
    .execute();
}

/** Which of them still work, of active users. */
export async function selectUsable(
  tx: Tx,
  appPasswordIds: readonly AppPasswordId[],
): Promise<AppPasswordId[]> {
  const { rows } = await sql<{ appPasswordId: AppPasswordId }>`
    SELECT p.app_password_id AS "appPasswordId"
    FROM identity.app_password p JOIN identity.user u USING (organization_id, user_id)
    WHERE p.organization_id = ${tenant} AND p.app_password_id = ANY(${appPasswordIds}::uuid[]) AND p.revoked_at IS NULL AND u.state = 'active'`.execute(
    tx,
  );
  return rows.map((row) => row.appPasswordId);
}

/** Who has this address, and whether the secret is one of theirs: all of it in one query, for the SMTP door. */
export interface SmtpCandidate {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly displayName: Buffer;
  readonly email: Buffer;
  readonly role: Role;
  readonly state: UserState;
  /** Null when none of the user's app passwords has this secret. */
  readonly appPasswordId: AppPasswordId | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

export async function findSmtpCandidate(
  tx: Tx,
  addressIndex: Buffer,
  secretIndex: Buffer | null,
): Promise<SmtpCandidate | undefined> {
  const { rows } = await sql<SmtpCandidate>`
    SELECT u.organization_id AS "organizationId", u.user_id AS "userId", u.display_name AS "displayName", u.role, u.state,
      u.created_at AS "createdAt", m.address AS email,
      p.app_password_id AS "appPasswordId", p.revoked_at AS "revokedAt", p.last_used_at AS "lastUsedAt"
    FROM identity.address a
    JOIN identity.user u USING (organization_id, user_id)
    JOIN identity.address m ON m.organization_id = a.organization_id AND m.user_id = a.user_id AND m.is_primary
    LEFT JOIN identity.app_password p
      ON p.organization_id = a.organization_id AND p.user_id = a.user_id AND p.secret_index = ${secretIndex}
    WHERE a.address_index = ${addressIndex}
    LIMIT 1`.execute(tx);
  return rows[0];
}
