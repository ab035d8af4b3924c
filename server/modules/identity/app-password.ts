import type { AppPasswordId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { newId } from '#platform/ids.ts';
import {
  insertAppPassword,
  markAppPasswordsRevoked,
  selectAppPasswords,
  type AppPasswordRow,
} from './app-password-store.ts';
import type { Doer } from '#modules/audit/index.ts';
import { IdentityError } from './errors.ts';
import type { IdentityContext } from './ports.ts';
import { mintSpokenSecret, readSpokenSecret } from './spoken-secret.ts';

const namePurpose = 'identity.app-password.name';

export type AppPassword = Omit<AppPasswordRow, 'name'> & { readonly name: string };

/**
 * How an app password is kept and looked for: a keyed digest. A slow hash would add nothing to 100 random bits
 * and would be paid for every SMTP connection. Null when the text cannot be one.
 */
export async function appPasswordIndex(keyring: Keyring, typed: string): Promise<Buffer | null> {
  const secret = readSpokenSecret(typed);
  return secret === undefined ? null : keyring.globalBlindIndex('identity.app-password', secret);
}

export interface NewAppPassword {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly appPasswordId?: AppPasswordId;
  readonly name: string;
}

/** The password is answered once and not kept. */
export async function createAppPassword(
  context: IdentityContext,
  command: NewAppPassword,
  by: Doer,
): Promise<{ appPassword: AppPassword; password: string }> {
  const { database, keyring, clock, trail } = context;
  const { organizationId, userId, appPasswordId = newId<AppPasswordId>(), name } = command;
  const password = mintSpokenSecret();
  const secretIndex = await appPasswordIndex(keyring, password);
  if (secretIndex === null) throw new TypeError('A minted app password must be readable');
  const row: AppPasswordRow = {
    organizationId,
    appPasswordId,
    userId,
    name: await keyring.seal(organizationId, namePurpose, name),
    createdAt: clock.now(),
    lastUsedAt: null,
  };
  await database.inTenant(organizationId, async (tx) => {
    await insertAppPassword(tx, { ...row, secretIndex });
    await trail.appPasswordCreated(tx, by, { ...row, name });
  });
  return { appPassword: { ...row, name }, password };
}

/** The user's own, newest first. */
export async function listAppPasswords(
  { database, keyring }: Pick<IdentityContext, 'database' | 'keyring'>,
  { organizationId, userId }: { organizationId: OrganizationId; userId: UserId },
): Promise<AppPassword[]> {
  const rows = await database.inTenant(organizationId, (tx) => selectAppPasswords(tx, userId));
  return Promise.all(
    rows.map(async (row) => ({
      ...row,
      name: await keyring.openText(organizationId, namePurpose, row.name),
    })),
  );
}

/** Throws IdentityError 'not-found' when the user has no such app password. */
export async function revokeAppPassword(
  { database, clock, trail }: Pick<IdentityContext, 'database' | 'clock' | 'trail'>,
  {
    organizationId,
    userId,
    appPasswordId,
  }: { organizationId: OrganizationId; userId: UserId; appPasswordId: AppPasswordId },
  by: Doer,
): Promise<void> {
  await database.inTenant(organizationId, async (tx) => {
    const appPasswordIds = await markAppPasswordsRevoked(tx, { userId, appPasswordId }, clock.now());
    if (appPasswordIds.length === 0) throw new IdentityError('not-found', 'You have no such app password.');
    await trail.appPasswordsRevoked(tx, by, { organizationId, userId, appPasswordIds });
  });
}
