import { sql } from 'kysely';
import type { OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Verification } from './verification.ts';

interface Row {
  code_index: Buffer | null;
  expires_at: Date;
  wrong_answers: number;
  locked_until: Date | null;
  sent_at: Date;
  sent_in_window: number;
  window_started_at: Date;
}

/** Holds the recipient's row first, so that answers given at the same moment are counted one after the other. */
export async function takeVerification(
  tx: Tx,
  organizationId: OrganizationId,
  recipientId: RecipientId,
): Promise<Verification | undefined> {
  await sql`
    SELECT 1 FROM pickup.recipient WHERE organization_id = ${organizationId} AND recipient_id = ${recipientId} FOR UPDATE`.execute(
    tx,
  );
  const { rows } = await sql<Row>`
    SELECT code_index, expires_at, wrong_answers, locked_until, sent_at, sent_in_window, window_started_at
    FROM pickup.verification WHERE organization_id = ${organizationId} AND recipient_id = ${recipientId}`.execute(
    tx,
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        codeIndex: row.code_index,
        expiresAt: row.expires_at,
        wrongAnswers: row.wrong_answers,
        lockedUntil: row.locked_until,
        sentAt: row.sent_at,
        sentInWindow: row.sent_in_window,
        windowStartedAt: row.window_started_at,
      };
}

export async function putVerification(
  tx: Tx,
  organizationId: OrganizationId,
  recipientId: RecipientId,
  it: Verification,
): Promise<void> {
  await sql`
    INSERT INTO pickup.verification
      (organization_id, recipient_id, code_index, expires_at, wrong_answers, locked_until, sent_at, sent_in_window, window_started_at)
    VALUES (${organizationId}, ${recipientId}, ${it.codeIndex}, ${it.expiresAt}, ${it.wrongAnswers}, ${it.lockedUntil},
      ${it.sentAt}, ${it.sentInWindow}, ${it.windowStartedAt})
    ON CONFLICT (organization_id, recipient_id) DO UPDATE SET
      code_index = excluded.code_index, expires_at = excluded.expires_at, wrong_answers = excluded.wrong_answers,
      locked_until = excluded.locked_until, sent_at = excluded.sent_at, sent_in_window = excluded.sent_in_window,
      window_started_at = excluded.window_started_at`.execute(tx);
}
