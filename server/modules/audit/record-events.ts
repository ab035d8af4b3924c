import { randomBytes } from 'node:crypto';
import type { Clock } from '#platform/clock/clock.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { AuditEvent, EventBody } from './audit-event.ts';
import { canonicalJson } from './canonical-json.ts';
import { insertEvents, type EventRow } from './event-store.ts';
import { commitTo, leafHashOf, saltBytes } from './leaf.ts';

/** Purpose under which salt and body are sealed together. */
export const bodyPurpose = 'audit.event.body';

/** Writes the events in the caller's transaction, in one statement and in the order given. Answers their ids. */
export async function recordEvents(
  tx: Tx,
  { keyring, clock }: { keyring: Keyring; clock: Clock },
  events: readonly AuditEvent[],
): Promise<string[]> {
  if (events.length === 0) return [];
  const at = clock.now();
  const rows = await Promise.all(events.map((event) => toRow(keyring, event, at)));
  await insertEvents(tx, rows);
  return rows.map((row) => row.eventId);
}

async function toRow(keyring: Keyring, event: AuditEvent, at: Date): Promise<EventRow> {
  const { organizationId, kind, actor, subject, fields, ip } = event;
  const body = canonicalJson({ actor, subject, fields, ip } satisfies Record<keyof EventBody, unknown>);
  const salt = randomBytes(saltBytes);
  const commitment = commitTo(salt, body);
  const eventId = newId();
  return {
    organizationId,
    eventId,
    at,
    kind,
    commitment,
    leafHash: leafHashOf({
      organization: organizationId,
      eventId,
      at: at.toISOString(),
      kind,
      commitment: commitment.toString('hex'),
    }),
    sealed: await keyring.seal(organizationId, bodyPurpose, Buffer.concat([salt, Buffer.from(body, 'utf8')])),
  };
}
