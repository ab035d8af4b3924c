import { sql } from 'kysely';
import type { OrganizationId, RecipientId, SessionId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { sessionRules, type PortalSession } from './session.ts';

export async function insertSession(tx: Tx, session: PortalSession & { digest: Buffer }): Promise<void> {
  await sql`
    INSERT INTO portal.session (organization_id, session_id, token_digest, recipient_id, created_at, last_seen_at, ends_at)
    VALUES (${session.organizationId}, ${session.sessionId}, ${session.digest}, ${session.recipientId}, ${session.lastSeenAt},
      ${session.lastSeenAt}, ${session.endsAt})`.execute(tx);
}

export async function findSession(
  tx: Tx,
  organizationId: OrganizationId,
  digest: Buffer,
): Promise<PortalSession | undefined> {
  const { rows } = await sql<{
    session_id: SessionId;
    recipient_id: RecipientId;
    last_seen_at: Date;
    ends_at: Date;
  }>`
    SELECT session_id, recipient_id, last_seen_at, ends_at FROM portal.session
    WHERE organization_id = ${organizationId} AND token_digest = ${digest}`.execute(tx);
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        organizationId,
        sessionId: row.session_id,
        recipientId: row.recipient_id,
        lastSeenAt: row.last_seen_at,
        endsAt: row.ends_at,
      };
}

/** When a session ends whatever is done; undefined when it has. */
export async function findSessionEnd(
  tx: Tx,
  organizationId: OrganizationId,
  sessionId: SessionId,
): Promise<Date | undefined> {
  const { rows } = await sql<{ ends_at: Date }>`
    SELECT ends_at FROM portal.session WHERE organization_id = ${organizationId} AND session_id = ${sessionId}`.execute(
    tx,
  );
  return rows[0]?.ends_at;
}

export async function touchSession(
  tx: Tx,
  { organizationId, sessionId }: PortalSession,
  now: Date,
): Promise<void> {
  await sql`UPDATE portal.session SET last_seen_at = ${now} WHERE organization_id = ${organizationId} AND session_id = ${sessionId}`.execute(
    tx,
  );
}

export async function deleteSession(
  tx: Tx,
  organizationId: OrganizationId,
  sessionId: SessionId,
): Promise<boolean> {
  const gone =
    await sql`DELETE FROM portal.session WHERE organization_id = ${organizationId} AND session_id = ${sessionId}`.execute(
      tx,
    );
  return gone.numAffectedRows === 1n;
}

/** Those of all organisations that have ended by either limit. */
export async function deleteEndedSessions(tx: Tx, now: Date): Promise<number> {
  const idleSince = new Date(now.getTime() - sessionRules.idleMinutes * 60_000);
  const gone =
    await sql`DELETE FROM portal.session WHERE ends_at <= ${now} OR last_seen_at <= ${idleSince}`.execute(tx);
  return Number(gone.numAffectedRows ?? 0n);
}
