import type { UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUuid } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { openAddress } from './address.ts';
import { selectAddresses } from './address-store.ts';
import { openUser } from './open-user.ts';
import type { User } from './user.ts';
import { findUser, selectUsers, type UserRow } from './user-store.ts';

export interface UserWithAliases extends User {
  /** Sorted. */
  readonly aliases: readonly string[];
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** In an order that does not change. A cursor that is not one of ours starts at the beginning. */
export async function listUsers(
  tx: Tx,
  keyring: Keyring,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<UserWithAliases>> {
  const after = cursor !== undefined && isUuid(cursor) ? (cursor as UserId) : undefined;
  const rows = await selectUsers(tx, after, limit + 1);
  const page = rows.slice(0, limit);
  return {
    items: await withAliases(tx, keyring, page),
    nextCursor: rows.length > limit ? (page.at(-1)?.userId ?? null) : null,
  };
}

export async function getUserWithAliases(
  tx: Tx,
  keyring: Keyring,
  userId: UserId,
): Promise<UserWithAliases | undefined> {
  const row = await findUser(tx, userId);
  return row && (await withAliases(tx, keyring, [row]))[0];
}

/** Primary first: what the user receives at and may send as. Empty for a user that is not there. */
export async function mailAddressesOf(tx: Tx, keyring: Keyring, userId: UserId): Promise<string[]> {
  const rows = await selectAddresses(tx, [userId]);
  return Promise.all(
    rows.map(({ organizationId, address }) => openAddress(keyring, organizationId, address)),
  );
}

async function withAliases(tx: Tx, keyring: Keyring, rows: readonly UserRow[]): Promise<UserWithAliases[]> {
  const addresses = await selectAddresses(
    tx,
    rows.map(({ userId }) => userId),
  );
  const aliases = Map.groupBy(
    addresses.filter(({ isPrimary }) => !isPrimary),
    ({ userId }) => userId,
  );
  return Promise.all(
    rows.map(async (row) => {
      const sealed = aliases.get(row.userId) ?? [];
      const opened = await Promise.all(
        sealed.map(({ address }) => openAddress(keyring, row.organizationId, address)),
      );
      return { ...(await openUser(keyring, row)), aliases: opened.toSorted() };
    }),
  );
}
