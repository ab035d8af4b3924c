import { sql } from 'kysely';
import type { Tx } from '#platform/database/database.ts';
import type { AccountRef, AccountStates } from './account.ts';

export interface AccountRow {
  readonly modseq: number;
  readonly mailbox_modseq: number;
  readonly email_modseq: number;
  readonly thread_modseq: number;
  readonly submission_modseq: number;
}

export function statesOf(row: AccountRow): AccountStates {
  return {
    mailbox: row.mailbox_modseq,
    email: row.email_modseq,
    thread: row.thread_modseq,
    submission: row.submission_modseq,
  };
}

export async function findAccount(
  tx: Tx,
  { organizationId, userId }: AccountRef,
): Promise<AccountRow | undefined> {
  const { rows } = await sql<AccountRow>`
    SELECT modseq, mailbox_modseq, email_modseq, thread_modseq, submission_modseq FROM mailbox.account
    WHERE organization_id = ${organizationId} AND user_id = ${userId}`.execute(tx);
  return rows[0];
}

/** The account, held until the transaction ends: whoever changes it next waits. */
export async function lockAccount(
  tx: Tx,
  { organizationId, userId }: AccountRef,
): Promise<AccountRow | undefined> {
  const { rows } = await sql<AccountRow>`
    SELECT modseq, mailbox_modseq, email_modseq, thread_modseq, submission_modseq FROM mailbox.account
    WHERE organization_id = ${organizationId} AND user_id = ${userId} FOR UPDATE`.execute(tx);
  return rows[0];
}

/** False when the account was there, or another transaction has made it in the meantime. */
export async function insertAccount(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  createdAt: Date,
): Promise<boolean> {
  const inserted = await sql`
    INSERT INTO mailbox.account (organization_id, user_id, modseq, mailbox_modseq, email_modseq, thread_modseq,
      submission_modseq, created_at)
    VALUES (${organizationId}, ${userId}, 0, 0, 0, 0, 0, ${createdAt}) ON CONFLICT DO NOTHING`.execute(tx);
  return inserted.numAffectedRows === 1n;
}

export async function updateAccount(
  tx: Tx,
  { organizationId, userId }: AccountRef,
  modseq: number,
  states: AccountStates,
): Promise<void> {
  await sql`
    UPDATE mailbox.account SET modseq = ${modseq}, mailbox_modseq = ${states.mailbox}, email_modseq = ${states.email},
      thread_modseq = ${states.thread}, submission_modseq = ${states.submission}
    WHERE organization_id = ${organizationId} AND user_id = ${userId}`.execute(tx);
}

/** The states of many accounts, of any organisation: for push. */
export async function selectStates(
  tx: Tx,
  accounts: readonly AccountRef[],
): Promise<(AccountRef & { readonly states: AccountStates })[]> {
  const { rows } = await sql<
    AccountRow & { organization_id: AccountRef['organizationId']; user_id: AccountRef['userId'] }
  >`
    SELECT account.organization_id, account.user_id, modseq, mailbox_modseq, email_modseq, thread_modseq, submission_modseq
    FROM unnest(${accounts.map((account) => account.organizationId)}::uuid[],
                ${accounts.map((account) => account.userId)}::uuid[]) AS asked (organization_id, user_id)
    JOIN mailbox.account USING (organization_id, user_id)`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    userId: row.user_id,
    states: statesOf(row),
  }));
}
