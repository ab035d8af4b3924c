import type { Clock } from '#platform/clock/clock.ts';
import type { Statement } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { secureRandom } from '#platform/random.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { AuditEvent, EventBody } from './audit-event.ts';
import { canonicalJson } from './canonical-json.ts';
import { eventInsertion, type EventRow } from './event-store.ts';
import { commitTo, leafHashOf, saltBytes } from './leaf.ts';

/** Purpose under which salt and body are sealed together. */
export const bodyPurpose = 'audit.event.body';

export interface Recording {
  readonly eventIds: readonly string[];
  /** For the transaction of the change that the events tell of: one, or none. */
  readonly statements: readonly Statement[];
}

/** Makes what writes the events, in the order given. */
export async function recordEvents(
  { keyring, clock }: { keyring: Keyring; clock: Clock },
  events: readonly AuditEvent[],
): Promise<Recording> {
  const at = clock.now();
  const rows = await Promise.all(events.map((event) => toRow(keyring, event, at)));
  return {
    eventIds: rows.map(({ eventId }) => eventId),
    statements: rows.length === 0 ? [] : [eventInsertion(rows)],
  };
}

async function toRow(keyring: Keyring, event: AuditEvent, at: Date): Promise<EventRow> {
  const { organizationId, kind, actor, subject, fields, ip } = event;
  const body = canonicalJson({ actor, subject, fields, ip } satisfies Record<keyof EventBody, unknown>);
  const salt = secureRandom(saltBytes);
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
