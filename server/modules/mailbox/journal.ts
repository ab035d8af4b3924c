import type { Tx } from '#platform/database/database.ts';
import type { AccountRef, AccountStates, Kind } from './account.ts';
import { insertAccount, lockAccount, statesOf, updateAccount } from './account-store.ts';
import { insertRoleFolders } from './folder-store.ts';
import type { MailboxPorts } from './ports.ts';

/**
 * Hands out the numbers of changes while the account is locked. Each changed object gets a number of its
 * own, so that a client can be told of any part of the changes and go on from there.
 */
export class Journal {
  readonly account: AccountRef;
  readonly before: AccountStates;
  #modseq: number;
  readonly #states: Record<Kind, number>;

  constructor(account: AccountRef, modseq: number, before: AccountStates) {
    this.account = account;
    this.before = before;
    this.#modseq = modseq;
    this.#states = { ...before };
  }

  /** The number of one change of one object. */
  next(kind: Kind): number {
    this.#modseq += 1;
    this.#states[kind] = this.#modseq;
    return this.#modseq;
  }

  take(kind: Kind, count: number): number[] {
    return Array.from({ length: count }, () => this.next(kind));
  }

  get modseq(): number {
    return this.#modseq;
  }

  get states(): AccountStates {
    return { ...this.#states };
  }
}

/**
 * Runs changes of one account, which waits for other changes of the same account. The account and its
 * folders are made when it is there for the first time.
 */
export async function changeAccount<T>(
  tx: Tx,
  ports: Pick<MailboxPorts, 'clock' | 'keyring'>,
  account: AccountRef,
  change: (journal: Journal) => Promise<T>,
): Promise<T> {
  const found = (await lockAccount(tx, account)) ?? (await makeAccount(tx, ports, account));
  const journal = new Journal(account, found.modseq, statesOf(found));
  const result = await change(journal);
  if (journal.modseq !== found.modseq) await updateAccount(tx, account, journal.modseq, journal.states);
  return result;
}

async function makeAccount(tx: Tx, ports: Pick<MailboxPorts, 'clock' | 'keyring'>, account: AccountRef) {
  if (await insertAccount(tx, account, ports.clock.now())) {
    const journal = new Journal(account, 0, { mailbox: 0, email: 0, thread: 0, submission: 0 });
    await insertRoleFolders(tx, ports.keyring, journal);
    await updateAccount(tx, account, journal.modseq, journal.states);
  }
  const made = await lockAccount(tx, account);
  if (made === undefined) throw new Error('An account was made and is not there');
  return made;
}
