import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

/** Who did it. */
const AuditActor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: z.uuid(), sessionId: z.string().optional() }),
  z.object({ kind: z.literal('api-key'), apiKeyId: z.string(), userId: z.uuid() }),
  z.object({ kind: z.literal('recipient'), recipientId: z.string() }),
  z.object({ kind: z.literal('system'), part: z.string() }),
  z.object({ kind: z.literal('anonymous') }),
]);

/** One entry of the log. What is null cannot be read any more: see `intact`. */
export const AuditEventView = z.object({
  /** Its place in the Merkle tree of the organisation: from 0, without a gap. */
  sequence: z.int(),
  eventId: z.uuid().nullable(),
  at: z.iso.datetime().nullable(),
  /** Noun and what happened: `message.opened`. */
  kind: z.string().nullable(),
  actor: AuditActor.nullable(),
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  fields: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]),
  ),
  ip: z.string().nullable(),
  /** False when event and tree do not agree: somebody changed the database. `carepost audit export` and `verify` say more. */
  intact: z.boolean(),
});
export type AuditEventView = z.output<typeof AuditEventView>;

export const ListedAuditEvents = cursorPage(AuditEventView);
export type ListedAuditEvents = z.output<typeof ListedAuditEvents>;

export const listAuditEvents = endpoint('GET /api/v1/audit/events', {
  summary: 'The audit log, newest first',
  description: 'An event is here within a second of what it tells of. Reading the log is itself recorded.',
  tag: 'Audit',
  query: PageQuery.extend({
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
  }),
  ok: ListedAuditEvents,
  errors: [],
  permission: 'audit.read',
});

export const AuditCheckpoint = z.object({
  /** Names the log of this organisation. */
  origin: z.string(),
  /** Entries that the checkpoint covers. */
  size: z.int(),
  at: z.iso.datetime(),
  /** The signed checkpoint in the form of C2SP tlog-checkpoint. Keep it: no later log can differ before it. */
  note: z.string(),
  /** The public key in the form of C2SP signed-note. Keep it apart from the log: `carepost audit verify` takes it. */
  verifierKey: z.string(),
});
export type AuditCheckpoint = z.output<typeof AuditCheckpoint>;

export const getAuditCheckpoint = endpoint('GET /api/v1/audit/checkpoint', {
  summary: 'The latest signed head of the audit log',
  tag: 'Audit',
  ok: AuditCheckpoint,
  errors: ['not-found'],
  permission: 'audit.read',
});
