import type { OrganizationId } from '#contract/ids.ts';
import type { AnswerOf } from '#contract/endpoint.ts';
import type { getQueue, QueueDestination, QueuedDelivery } from '#contract/queue.ts';
import type { Tx } from '#platform/database/database.ts';
import type { DeliveryPorts } from './ports.ts';
import {
  countQueue,
  selectPauses,
  selectWaitingDestinations,
  type PauseRow,
  type QueuedRow,
  type WaitingDestinationRow,
} from './queue-store.ts';
import { firstConversations } from './destination.ts';
import { restWords, whyItWaits, type Rest } from './queue-words.ts';
import { openDetail, openPauseText, openServer, showAddress } from './sealed-columns.ts';

type Ports = Pick<DeliveryPorts, 'keyring' | 'clock'>;

const unknownServer = 'their mail server';

/** The queue of an organisation at a glance. */
export async function describeQueue(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<AnswerOf<typeof getQueue>> {
  const [counts, pauses, rows] = await Promise.all([
    countQueue(tx, organizationId),
    selectPauses(tx, organizationId),
    selectWaitingDestinations(tx, organizationId, { after: cursor ?? '', limit: limit + 1 }),
  ]);
  const shown = rows.slice(0, limit);
  const destinations = await Promise.all(
    shown.map((row) => describeDestination(ports, organizationId, row, pauses)),
  );
  return {
    ...counts,
    destinations,
    pauses: await Promise.all(
      pauses.map((pause) => describePause(ports, organizationId, pause, destinations)),
    ),
    nextCursor: rows.length > limit ? (shown.at(-1)?.destination ?? null) : null,
  };
}

const isOf = (destination: string) => (pause: PauseRow) =>
  pause.scope === 'destination' && pause.key.toString() === destination;

async function describeDestination(
  { keyring, clock }: Ports,
  organizationId: OrganizationId,
  row: WaitingDestinationRow,
  pauses: readonly PauseRow[],
): Promise<QueueDestination> {
  const server =
    row.server_sealed === null ? unknownServer : await openServer(keyring, organizationId, row.server_sealed);
  const rest = restOf(row, server, clock.now());
  const isPaused = pauses.some((pause) => pause.scope === 'organization' || isOf(row.destination)(pause));
  const words = isPaused
    ? 'Paused by a person.'
    : rest === null
      ? openWords(Math.floor(row.concurrency ?? firstConversations))
      : `Resting: ${restWords(rest, clock.now())}.`;
  return {
    destination: row.destination,
    server,
    waiting: row.waiting,
    state: isPaused ? 'paused' : rest === null ? 'open' : 'resting',
    words,
    restsUntil: rest?.until.toISOString() ?? null,
  };
}

const openWords = (conversations: number): string =>
  conversations === 1
    ? 'Taken in turn, one conversation at a time.'
    : `Taken in turn, up to ${conversations} conversations at a time.`;

function restOf(row: WaitingDestinationRow, server: string, now: Date): Rest | null {
  const { rests_until: until, heard_at: since, because, reply_code: replyCode } = row;
  if (until == null || until <= now || since === undefined) return null;
  return { until, since, server, because: because ?? 'server-asked-to-wait', replyCode: replyCode ?? null };
}

async function describePause(
  { keyring }: Ports,
  organizationId: OrganizationId,
  { scope, key, label_sealed: label, reason_sealed: reason, paused_at: pausedAt }: PauseRow,
  destinations: readonly QueueDestination[],
) {
  const destination = scope === 'destination' ? key.toString() : null;
  const server = destinations.find((each) => each.destination === destination)?.server ?? '';
  return {
    scope,
    destination,
    label: label === null ? server : await openPauseText(keyring, organizationId, label),
    reason: reason === null ? '' : await openPauseText(keyring, organizationId, reason),
    pausedAt: pausedAt.toISOString(),
  };
}

/** Deliveries of one destination in their order, or held ones. `ahead`: of the first. */
export async function describeQueued(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  rows: readonly QueuedRow[],
  { ahead, mayReadAddresses }: { ahead: number; mayReadAddresses: boolean },
): Promise<QueuedDelivery[]> {
  const { keyring, clock } = ports;
  const now = clock.now();
  const destination = rows[0]?.destination ?? '';
  const pauses = await selectPauses(tx, organizationId);
  const [known] =
    destination === ''
      ? []
      : await selectWaitingDestinations(tx, organizationId, { after: before(destination), limit: 1 });
  const server =
    known?.server_sealed == null
      ? unknownServer
      : await openServer(keyring, organizationId, known.server_sealed);
  const rest = known?.destination === destination ? restOf(known, server, now) : null;
  return Promise.all(
    rows.map(async (row, position): Promise<QueuedDelivery> => {
      const detail =
        row.detail_sealed === null ? {} : await openDetail(keyring, organizationId, row.detail_sealed);
      const pause = pauses.find((each) => rests(each, row));
      const reason =
        pause?.reason_sealed == null ? '' : await openPauseText(keyring, organizationId, pause.reason_sealed);
      const waiting = {
        state: row.state,
        reason: row.reason,
        nextAttemptAt: row.next_attempt_at,
        last:
          row.ended_at === null
            ? null
            : { at: row.ended_at, server: detail.host ?? server, replyCode: row.reply_code },
        rest,
        paused: pause === undefined ? null : reason,
        ahead: ahead + position,
      };
      return {
        deliveryId: row.delivery_id,
        messageId: row.message_id,
        address: mayReadAddresses ? await showAddress(keyring, organizationId, row.recipient_sealed) : null,
        state: row.state,
        lane: row.lane,
        attempts: row.attempts,
        words: whyItWaits(waiting, now),
        createdAt: row.created_at.toISOString(),
        nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
      };
    }),
  );
}

function rests(pause: PauseRow, { destination, domain_index: domainIndex }: QueuedRow): boolean {
  if (pause.scope === 'organization') return true;
  return pause.scope === 'destination' ? isOf(destination)(pause) : pause.key.equals(domainIndex);
}

/** Just below a destination in the order of the index: its last character taken off sorts before it, and nothing lies between. */
const before = (destination: string): string => destination.slice(0, -1);
