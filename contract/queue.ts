import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

/** Names a set of mail servers; the same for all domains that share it. */
const DestinationId = z.string().regex(/^[\w-]{22}$/);

/** What rests: everything, the mail for one set of mail servers, or the mail for one domain. */
export const PauseScope = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('organization') }),
  z.strictObject({ scope: z.literal('destination'), destination: DestinationId }),
  z.strictObject({ scope: z.literal('domain'), domain: z.string().trim().min(1).max(253) }),
]);
export type PauseScope = z.output<typeof PauseScope>;

export const QueuePause = z.object({
  scope: z.enum(['organization', 'destination', 'domain']),
  /** The domain, or the name of a server of the destination; empty for the organisation. */
  label: z.string(),
  destination: z.string().nullable(),
  reason: z.string(),
  pausedAt: z.iso.datetime(),
});
export type QueuePause = z.output<typeof QueuePause>;

export const QueueDestination = z.object({
  destination: DestinationId,
  /** The name of one of its servers. */
  server: z.string(),
  /** Deliveries that wait; counted up to 1,000. */
  waiting: z.int(),
  state: z.enum([
    'open', // taken in turn
    'resting', // it asked for a pause, or did not answer
    'paused', // a person of this organisation said so
  ]),
  /** What is going on there, in a sentence. Times are UTC. */
  words: z.string(),
  restsUntil: z.iso.datetime().nullable(),
});
export type QueueDestination = z.output<typeof QueueDestination>;

export const QueuedDelivery = z.object({
  deliveryId: z.uuid(),
  messageId: z.uuid(),
  /** The recipient; null for a reader without `contact.read`. */
  address: z.string().nullable(),
  state: z.enum(['queued', 'deferred', 'uncertain', 'held']),
  lane: z.enum([
    'code',
    'notice',
    'care',
    'appointment',
    'billing',
    'administrative',
    'marketing',
    'journal',
  ]),
  attempts: z.int(),
  /** Why it waits and for how long, in a sentence. Times are UTC. */
  words: z.string(),
  createdAt: z.iso.datetime(),
  nextAttemptAt: z.iso.datetime().nullable(),
});
export type QueuedDelivery = z.output<typeof QueuedDelivery>;

export const getQueue = endpoint('GET /api/v1/queue', {
  summary: 'What waits to be sent: how much, where, and what rests',
  tag: 'Queue',
  query: z.object({
    cursor: DestinationId.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  ok: z.object({
    /** Counted up to 10,000. */
    waiting: z.int(),
    /** Held for a person after interruptions; counted up to 1,000. */
    held: z.int(),
    pauses: z.array(QueuePause),
    destinations: z.array(QueueDestination),
    nextCursor: z.string().nullable(),
  }),
  errors: [],
  permission: 'queue.manage',
});

export const listQueued = endpoint('GET /api/v1/queue/deliveries', {
  summary: 'Deliveries that wait, those that come next first, each with the reason in words',
  tag: 'Queue',
  query: PageQuery.extend({
    /** `waiting` at one destination, or `held` for a person. */
    destination: DestinationId.optional(),
  }),
  ok: cursorPage(QueuedDelivery),
  errors: [],
  permission: 'queue.manage',
});

export const pauseQueue = endpoint('POST /api/v1/queue/pauses', {
  summary: 'Let mail rest',
  description:
    'What is under way ends. Codes for the portal go out all the same when the organisation rests.',
  tag: 'Queue',
  body: z.strictObject({ what: PauseScope, reason: z.string().trim().min(1).max(500) }),
  ok: 'empty',
  errors: [],
  permission: 'queue.manage',
});

export const resumeQueue = endpoint('POST /api/v1/queue/resumptions', {
  summary: 'Let mail that rests go on',
  tag: 'Queue',
  body: z.strictObject({ what: PauseScope }),
  ok: 'empty',
  errors: [],
  permission: 'queue.manage',
});

export const retryDelivery = endpoint('POST /api/v1/queue/deliveries/:deliveryId/retry', {
  summary: 'Try a delivery now, out of turn, also while its destination rests',
  tag: 'Queue',
  params: z.object({ deliveryId: z.uuid() }),
  ok: 'empty',
  errors: ['not-found', 'conflict'],
  permission: 'queue.manage',
});
