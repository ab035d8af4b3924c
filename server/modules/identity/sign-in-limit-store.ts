import { sql } from 'kysely';
import type { Tx } from '#platform/database/database.ts';

/** One more try for `key`: how many there were in its window, this one included, and when the window ends. */
export async function countTry(
  tx: Tx,
  key: Buffer,
  now: Date,
  windowEndsAt: Date,
): Promise<{ tries: number; windowEndsAt: Date }> {
  const { rows } = await sql<{ tries: number; windowEndsAt: Date }>`
    INSERT INTO identity.sign_in_limit AS l (limit_key, tries, window_ends_at) VALUES (${key}, 1, ${windowEndsAt})
    ON CONFLICT (limit_key) DO UPDATE SET
      tries = CASE WHEN l.window_ends_at <= ${now} THEN 1 ELSE least(l.tries + 1, 1000000) END,
      window_ends_at = CASE WHEN l.window_ends_at <= ${now} THEN ${windowEndsAt} ELSE l.window_ends_at END
    RETURNING tries, window_ends_at AS "windowEndsAt"`.execute(tx);
  return rows[0] ?? { tries: 1, windowEndsAt };
}

/** Takes one try back. */
export async function uncountTry(tx: Tx, key: Buffer): Promise<void> {
  await sql`UPDATE identity.sign_in_limit SET tries = greatest(tries - 1, 0) WHERE limit_key = ${key}`.execute(
    tx,
  );
}

export async function clearTries(tx: Tx, key: Buffer): Promise<void> {
  await sql`DELETE FROM identity.sign_in_limit WHERE limit_key = ${key}`.execute(tx);
}

/** Answers how many windows were over. */
export async function deleteEndedWindows(tx: Tx, now: Date): Promise<number> {
  const deleted = await sql`DELETE FROM identity.sign_in_limit WHERE window_ends_at <= ${now}`.execute(tx);
  return Number(deleted.numAffectedRows ?? 0n);
}
