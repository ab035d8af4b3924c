import type { AuditEventView, ListedAuditEvents } from '#contract/audit.ts';
import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { KeyringError } from '#platform/keyring/keyring-error.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { canonicalJson } from './canonical-json.ts';
import { selectCheckpoints, selectEntries, type EntryRow } from './entry-store.ts';
import { commitTo, leafHashOf } from './leaf.ts';
import { openEvent } from './open-event.ts';

/** A page of the log, newest first. `before`: the sequence number that ended the page before. */
export async function readLog(
  tx: Tx,
  keyring: Keyring,
  organizationId: OrganizationId,
  { before, limit }: { before?: number; limit: number },
): Promise<ListedAuditEvents> {
  const [head] = await selectCheckpoints(tx, organizationId, { order: 'latest', limit: 1 });
  const to = Math.min(before ?? Number.MAX_SAFE_INTEGER, head?.size ?? 0);
  const from = Math.max(0, to - limit);
  const entries = await selectEntries(tx, organizationId, { from, to });
  const items = await Promise.all(
    entries.toReversed().map((entry) => toView(keyring, organizationId, entry)),
  );
  return { items, nextCursor: from > 0 ? String(from) : null };
}

async function toView(
  keyring: Keyring,
  organizationId: OrganizationId,
  { sequence, leafHash, event }: EntryRow,
): Promise<AuditEventView> {
  const missing = {
    sequence,
    eventId: null,
    at: null,
    kind: null,
    actor: null,
    subject: null,
    fields: {},
    ip: null,
    intact: false,
  };
  if (event === undefined) return missing;
  const { eventId, kind, commitment, sealed } = event;
  const at = event.at.toISOString();
  try {
    const { salt, body } = await openEvent(keyring, organizationId, sealed);
    const leaf = {
      organization: organizationId,
      eventId,
      at,
      kind,
      commitment: commitTo(salt, canonicalJson(body)).toString('hex'),
    };
    return {
      sequence,
      eventId,
      at,
      kind,
      actor: body.actor,
      subject: body.subject ?? null,
      fields: { ...body.fields },
      ip: body.ip ?? null,
      intact: commitment.toString('hex') === leaf.commitment && leafHashOf(leaf).equals(leafHash),
    };
  } catch (error) {
    if (error instanceof KeyringError) return { ...missing, eventId, at, kind };
    throw error;
  }
}
