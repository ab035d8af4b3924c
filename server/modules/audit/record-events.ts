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
  if (events.length === 0) return { eventIds: [], statements: [] };
  const at = clock.now();
  const drafts = events.map((event) => draft(event, at));
  const rows = await Promise.all(
    drafts.map(async ({ saltAndBody, ...each }): Promise<EventRow> => ({
      ...each,
      sealed: await keyring.seal(each.organizationId, bodyPurpose, saltAndBody),
    })),
  );
  return { eventIds: rows.map(({ eventId }) => eventId), statements: [eventInsertion(rows, at)] };
}

/** An event before its body is sealed. */
type Draft = Omit<EventRow, 'sealed'> & { readonly saltAndBody: Buffer };

function draft({ organizationId, kind, actor, subject, fields, ip }: AuditEvent, at: Date): Draft {
  const body = canonicalJson({ actor, subject, fields, ip } satisfies Record<keyof EventBody, unknown>);
  const salt = secureRandom(saltBytes);
  const commitment = commitTo(salt, body);
  const eventId = newId();
  return {
    organizationId,
    eventId,
    kind,
    commitment,
    leafHash: leafHashOf({
      organization: organizationId,
      eventId,
      at: at.toISOString(),
      kind,
      commitment: commitment.toString('hex'),
    }),
    saltAndBody: Buffer.concat([salt, Buffer.from(body, 'utf8')]),
  };
}
