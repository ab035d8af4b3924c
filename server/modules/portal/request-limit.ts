import { sql } from 'kysely';
import type { Tx } from '#platform/database/database.ts';
import { PortalError } from './errors.ts';
import type { PortalPorts } from './ports.ts';

/** How often somebody who has not signed in may ask. Generous: a whole ward may share one address on the network. */
export const requestLimits = {
  link: { requests: 120, minutes: 10 },
  code: { requests: 30, minutes: 10 },
  answer: { requests: 60, minutes: 10 },
  access: { requests: 20, minutes: 60 },
  /** For one mail address, from wherever. */
  accessFor: { requests: 5, minutes: 60 },
} as const;

export type Limited = keyof typeof requestLimits;

const minute = 60_000;

/** Counts a request of `who` and throws PortalError 'too-many-requests' above the limit. Only a keyed digest of `who` is kept. */
export async function countRequest(
  { database, keyring, clock }: Pick<PortalPorts, 'database' | 'keyring' | 'clock'>,
  what: Limited,
  who: string,
): Promise<void> {
  const { requests, minutes } = requestLimits[what];
  const now = clock.now();
  const bucket = await keyring.globalBlindIndex('portal.request', `${what} ${who}`);
  const state = await database.acrossTenants((tx) => upsertCount(tx, bucket, now, minutes * minute));
  if (state.requests <= requests) return;
  const retryAfter = Math.ceil((state.windowStartedAt.getTime() + minutes * minute - now.getTime()) / 1000);
  throw new PortalError('too-many-requests', 'That was asked too often. Wait a while and try again.', {
    retryAfter,
  });
}

async function upsertCount(
  tx: Tx,
  bucket: Buffer,
  now: Date,
  windowMs: number,
): Promise<{ requests: number; windowStartedAt: Date }> {
  const { rows } = await sql<{ requests: number; window_started_at: Date }>`
    INSERT INTO portal.request_count AS c (bucket, window_started_at, requests) VALUES (${bucket}, ${now}, 1)
    ON CONFLICT (bucket) DO UPDATE SET
      requests = CASE WHEN c.window_started_at <= ${new Date(now.getTime() - windowMs)} THEN 1 ELSE c.requests + 1 END,
      window_started_at = CASE WHEN c.window_started_at <= ${new Date(now.getTime() - windowMs)} THEN ${now} ELSE c.window_started_at END
    RETURNING requests, window_started_at`.execute(tx);
  return { requests: rows[0]?.requests ?? 0, windowStartedAt: rows[0]?.window_started_at ?? now };
}

/** Counts whose longest window is over. */
export async function deleteOldCounts(tx: Tx, now: Date): Promise<number> {
  const longest = Math.max(...Object.values(requestLimits).map(({ minutes }) => minutes));
  const gone =
    await sql`DELETE FROM portal.request_count WHERE window_started_at <= ${new Date(now.getTime() - longest * minute)}`.execute(
      tx,
    );
  return Number(gone.numAffectedRows ?? 0n);
}
