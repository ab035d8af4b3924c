import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { AnswerOf } from '#contract/endpoint.ts';
import type { getSentMessage } from '#contract/sending.ts';
import type { Tx } from '#platform/database/database.ts';
import { readTimeCursor, writeTimeCursor } from '#platform/http/time-cursor.ts';
import { SendingError } from './errors.ts';
import type { SendingPorts } from './ports.ts';
import { findSubmission, selectSent, type SentRow } from './submission-store.ts';

type SentMessage = AnswerOf<typeof getSentMessage>;

export interface SentPage {
  readonly items: SentMessage[];
  readonly nextCursor: string | null;
}

/** What a user has sent, newest first. */
export async function listSent(
  tx: Tx,
  ports: SendingPorts,
  organizationId: OrganizationId,
  userId: UserId,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<SentPage> {
  const rows = await selectSent(tx, organizationId, userId, {
    before: cursor === undefined ? undefined : readPosition(cursor),
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await describe(tx, ports, organizationId, page),
    nextCursor:
      rows.length > limit && last !== undefined
        ? writeTimeCursor({ at: last.accepted_at, id: last.message_id })
        : null,
  };
}

/** Throws SendingError 'not-found' for what is not this user's. */
export async function getSent(
  tx: Tx,
  ports: SendingPorts,
  organizationId: OrganizationId,
  userId: UserId,
  messageId: MessageId,
): Promise<SentMessage> {
  const row = await findSubmission(tx, organizationId, userId, messageId);
  const [sent] = row === undefined ? [] : await describe(tx, ports, organizationId, [row]);
  if (sent === undefined) throw new SendingError('not-found', 'You have sent no such message.');
  return sent;
}

async function describe(
  tx: Tx,
  ports: SendingPorts,
  organizationId: OrganizationId,
  rows: readonly SentRow[],
): Promise<SentMessage[]> {
  const ids = rows.map((row) => row.message_id);
  const summaries = new Map(
    (await ports.messages.summaries(tx, ids)).map((summary) => [summary.messageId, summary]),
  );
  const states = Map.groupBy(
    await ports.delivery.countStates(tx, organizationId, ids),
    ({ messageId }) => messageId,
  );
  const overviews = new Map(
    (await ports.pickup.overviewsOf(tx, organizationId, ids)).map((overview) => [
      overview.messageId,
      overview,
    ]),
  );
  return rows.flatMap((row) => {
    const summary = summaries.get(row.message_id);
    if (summary === undefined) return [];
    const overview = overviews.get(row.message_id);
    return [
      {
        messageId: row.message_id,
        threadId: summary.threadId,
        subject: summary.subject,
        category: row.category,
        channel: row.channel,
        acceptedAt: row.accepted_at.toISOString(),
        state: row.state,
        recipients: row.recipient_count,
        states: Object.fromEntries(
          (states.get(row.message_id) ?? []).map(({ state, count }) => [state, count]),
        ),
        locked: overview?.locked ?? 0,
        expiredAfter: { opened: overview?.expiredOpened ?? 0, replied: overview?.expiredReplied ?? 0 },
      },
    ];
  });
}

function readPosition(cursor: string): { acceptedAt: Date; messageId: MessageId } {
  const position = readTimeCursor(cursor);
  if (position === undefined) throw new SendingError('invalid-request', 'This cursor is not one of ours.');
  return { acceptedAt: position.at, messageId: position.id as MessageId };
}
