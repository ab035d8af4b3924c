import type { User } from '#modules/identity/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef } from './account.ts';
import type { MailboxPorts } from './ports.ts';

/** An address that a user may write from. RFC 8621 §6. */
export interface MailIdentity {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Who owns an account, and what they may write as, the primary address first. */
export interface Owner {
  readonly user: User;
  readonly identities: readonly MailIdentity[];
}

/** Undefined when the user is gone. Ids are keyed: they name the same address for ever, and do not show it. */
export async function findOwner(
  tx: Tx,
  { identity, keyring }: Pick<MailboxPorts, 'identity' | 'keyring'>,
  { organizationId, userId }: AccountRef,
): Promise<Owner | undefined> {
  const user = await identity.getUser(tx, organizationId, userId);
  if (user == null) return undefined;
  const addresses = await identity.mailAddressesOf(tx, userId);
  const identities = await Promise.all(
    addresses.map(async (email) => ({
      id: `I-${(await keyring.blindIndex(organizationId, 'mailbox.identity', email)).toString('hex')}`,
      name: user.displayName,
      email,
    })),
  );
  return { user, identities };
}
