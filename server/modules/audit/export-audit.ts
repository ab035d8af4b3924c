import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import { KeyringError } from '#platform/keyring/keyring-error.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { encodeVerifierKey, openCheckpoint, signNote } from '#protocols/tlog/index.ts';
import type { Actor } from './audit-event.ts';
import { canonicalJson } from './canonical-json.ts';
import { isPending, selectCheckpoints, selectEntries, type EntryRow } from './entry-store.ts';
import { exportFormat, trailerText, type EntryLine, type ExportLine } from './export-format.ts';
import { openEvent } from './open-event.ts';
import { originOf } from './origin.ts';
import { recordEvents } from './record-events.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface ExportPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly keys: SigningKeys;
  /** Answers how many events it took; 0 when another server is at it. */
  readonly sequence: () => Promise<number>;
}

/** Entries read at a time: bounds the memory of an export. */
const pageSize = 500;
const retryMs = 25;

/**
 * The whole log of one organisation up to and with the event 'audit.exported' that this itself records, as
 * lines with their newline, for `verifyAuditFile`. Streams; holds no transaction while the reader is slow.
 */
export async function* exportAudit(
  ports: ExportPorts,
  organizationId: OrganizationId,
  actor: Actor,
): AsyncGenerator<string> {
  const { database, clock, keys } = ports;
  const origin = originOf(organizationId);
  await recordExport(ports, organizationId, actor);
  const {
    signer,
    checkpoints: [head],
  } = await database.inTenant(organizationId, async (tx) => ({
    signer: await keys.of(tx, organizationId),
    checkpoints: await selectCheckpoints(tx, organizationId, { order: 'latest', limit: 1 }),
  }));
  if (head === undefined) throw new Error('The log has no checkpoint although an event was sequenced');

  const digest = createHash('sha256');
  const write = (line: ExportLine): string => {
    const text = `${canonicalJson(line)}\n`;
    digest.update(text);
    return text;
  };

  yield write({ type: 'header', format: exportFormat, origin, verifierKey: encodeVerifierKey(signer) });
  let checkpoints = 0;
  for (let from = 0; from < head.size; from += pageSize) {
    const to = Math.min(from + pageSize, head.size);
    const page = await database.inTenant(organizationId, async (tx) => ({
      entries: await selectEntries(tx, organizationId, { from, to }),
      notes: new Map(
        (
          await selectCheckpoints(tx, organizationId, {
            order: 'earliest',
            after: from,
            upTo: to,
            limit: pageSize,
          })
        ).map(({ size, note }) => [size, note]),
      ),
    }));
    for (const entry of page.entries) {
      yield write(await toLine(ports.keyring, organizationId, entry));
      const note = page.notes.get(entry.sequence + 1);
      if (note === undefined) continue;
      checkpoints += 1;
      yield write({ type: 'checkpoint', note });
    }
  }
  const root = openCheckpoint(head.note, origin, signer)?.root.toString('base64') ?? '';
  const text = trailerText({
    origin,
    entries: head.size,
    checkpoints,
    root,
    digest: digest.digest('base64'),
    exportedAt: clock.now().toISOString(),
  });
  yield `${canonicalJson({ type: 'trailer', note: signNote(text, signer) } satisfies ExportLine)}\n`;
}

/** Records that the log is taken out and waits until that stands in the log. */
async function recordExport(ports: ExportPorts, organizationId: OrganizationId, actor: Actor): Promise<void> {
  const { database } = ports;
  const { eventIds, statements } = await recordEvents(ports, [
    { organizationId, kind: 'audit.exported', actor },
  ]);
  await database.commitTogether(organizationId, statements);
  const [eventId = ''] = eventIds;
  while (await database.inTenant(organizationId, (tx) => isPending(tx, organizationId, eventId))) {
    if ((await ports.sequence()) === 0) await delay(retryMs);
  }
}

async function toLine(
  keyring: Keyring,
  organizationId: OrganizationId,
  { sequence, leafHash, event }: EntryRow,
): Promise<EntryLine> {
  const line = { type: 'entry', sequence, leafHash: leafHash.toString('hex') } as const;
  if (event === undefined) return { ...line, leaf: null, salt: null, body: null };
  const { eventId, at, kind, commitment, sealed } = event;
  const leaf = {
    organization: organizationId,
    eventId,
    at: at.toISOString(),
    kind,
    commitment: commitment.toString('hex'),
  };
  try {
    const { salt, body } = await openEvent(keyring, organizationId, sealed);
    return { ...line, leaf, salt: salt.toString('base64'), body };
  } catch (error) {
    if (error instanceof KeyringError) return { ...line, leaf, salt: null, body: null };
    throw error;
  }
}
