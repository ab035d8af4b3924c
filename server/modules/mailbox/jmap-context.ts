import type { Permission } from '#contract/permissions.ts';
import type { Tx } from '#platform/database/database.ts';
import { JmapMethodError, type Method } from '#protocols/jmap/index.ts';
import type { AccountRef, AccountStates } from './account.ts';
import { findAccount, statesOf } from './account-store.ts';
import type { Doer } from './audit-trail.ts';
import { changeAccount } from './journal.ts';
import type { MailboxPorts } from './ports.ts';

/** On whose behalf the calls of one request run. */
export interface JmapContext {
  readonly account: AccountRef;
  readonly doer: Doer & { readonly ip: string };
  /** The session or key, for counting reads. */
  readonly reader: string;
  readonly permissions: ReadonlySet<Permission>;
}

export type MailMethod = Method<JmapContext>;

/** Only the caller's own account is there; any other id, of whichever organisation, names nothing. */
export function requireAccount({ account }: JmapContext, accountId: string): AccountRef {
  if (accountId !== account.userId) throw new JmapMethodError('accountNotFound');
  return account;
}

/** The states, read before what they are the states of: what is newer will be told again, nothing is missed. */
export async function readStates(
  tx: Tx,
  ports: Pick<MailboxPorts, 'clock' | 'keyring'>,
  account: AccountRef,
): Promise<AccountStates> {
  const found = await findAccount(tx, account);
  return found === undefined
    ? changeAccount(tx, ports, account, async (journal) => journal.states)
    : statesOf(found);
}
