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
  /** Asks the one point of authorisation, which records a refusal. */
  readonly authorize: (permission: Permission) => Promise<boolean>;
}

export type MailMethod = Method<JmapContext>;

/** Throws `forbidden`: a key may be able to read a mailbox and to do nothing in it. */
export async function requireRight({ authorize }: JmapContext, permission: Permission): Promise<void> {
  if (!(await authorize(permission))) throw new JmapMethodError('forbidden');
}

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
