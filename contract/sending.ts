import * as z from 'zod';
import { DeliveryStateSchema, RecipientKindSchema } from './delivery.ts';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';
import { MessageCategory } from './messages.ts';
import { KeyEvidenceSchema, ProtectionSchema } from './protection.ts';

/** Most recipients of one message, over To, Cc and Bcc. */
export const maxRecipients = 1000;
/** Longest time a message can wait in the portal, days. */
export const maxOfferDays = 365;
/** Largest request that carries a message, bytes: 25 MiB of content in base64, and the rest of the JSON. */
export const messageBodyLimit = 40 * 1024 * 1024;

const Address = z.string().min(1).max(1024);

export const AttachmentDraftSchema = z
  .object({
    filename: z.string().min(1).max(255),
    contentType: z.string().max(255).default('application/octet-stream'),
    contentBase64: z.base64(),
  })
  .meta({ id: 'AttachmentDraft' });

export const SendOptionsSchema = z
  .object({
    protection: z
      .literal('portal')
      .optional()
      .describe('Offer it in the portal, whatever else would be possible'),
    expiresInDays: z
      .int()
      .min(1)
      .max(maxOfferDays)
      .optional()
      .describe('Days that it waits in the portal; default: the organisation’s setting'),
    requireTls: z
      .boolean()
      .optional()
      .describe('Refused by carepost below verified TLS in any case; kept for programs that set it'),
  })
  .meta({ id: 'SendOptions' });

const Recipients = {
  to: z.array(Address).max(maxRecipients).default([]),
  cc: z.array(Address).max(maxRecipients).default([]),
  bcc: z.array(Address).max(maxRecipients).default([]),
};

export const MessageDraftSchema = z
  .object({
    ...Recipients,
    from: Address.optional().describe('One of the sender’s own addresses; default: the first'),
    subject: z.string().max(998).default(''),
    text: z.string().optional(),
    html: z.string().optional(),
    inReplyTo: z.string().max(998).optional().describe('Message-ID that this answers'),
    attachments: z.array(AttachmentDraftSchema).max(100).default([]),
    category: MessageCategory,
    options: SendOptionsSchema.default({}),
  })
  .meta({ id: 'MessageDraft' });

export type MessageDraft = z.output<typeof MessageDraftSchema>;

export const PreviewRequestSchema = z
  .object({ ...Recipients, category: MessageCategory, options: SendOptionsSchema.default({}) })
  .meta({ id: 'PreviewRequest' });

const At = z.iso.datetime();

/** One way that was weighed for a recipient. */
export const CandidateSchema = z
  .object({ protection: ProtectionSchema, possible: z.boolean(), because: z.string() })
  .meta({ id: 'ProtectionCandidate' });

export const RecipientPreviewSchema = z
  .object({
    address: z.string(),
    kind: RecipientKindSchema,
    protection: ProtectionSchema,
    reason: z.string(),
    candidates: z.array(CandidateSchema),
    outcome: z.enum(['send', 'hold', 'block']),
  })
  .meta({ id: 'RecipientPreview' });

export const AcceptedMessageSchema = z
  .object({ messageId: z.uuid(), acceptedAt: At })
  .meta({ id: 'AcceptedMessage' });

export const JourneyEventSchema = z
  .object({ at: At, what: z.string(), words: z.string() })
  .meta({ id: 'JourneyEvent' });

export const RecipientJourneySchema = z
  .object({
    recipientId: z.uuid(),
    address: z.string(),
    kind: RecipientKindSchema,
    state: DeliveryStateSchema,
    since: At,
    reason: z.string(),
    protection: ProtectionSchema,
    promised: ProtectionSchema,
    availableUntil: At.nullable().describe('While it waits in the portal'),
    lockedUntil: At.nullable().describe(
      'While wrong codes keep everybody out; then the recipient can ask for a new code',
    ),
    can: z.array(z.enum(['revoke', 'remind', 'extend'])),
    events: z.array(JourneyEventSchema),
    receipt: z
      .object({
        verdict: ProtectionSchema,
        reason: z.string(),
        candidates: z.array(CandidateSchema),
        evidence: z.unknown(),
        key: KeyEvidenceSchema.nullable(),
      })
      .nullable()
      .describe('The decision receipt: what was weighed, and the evidence'),
  })
  .meta({ id: 'RecipientJourney' });

export type RecipientJourney = z.input<typeof RecipientJourneySchema>;

export const TimelineSchema = z
  .object({
    messageId: z.uuid(),
    state: z.enum(['accepted', 'dispatched']).describe('accepted: stored, ways are being chosen'),
    acceptedAt: At,
    recipients: z.array(RecipientJourneySchema),
  })
  .meta({ id: 'Timeline' });

export const SentMessageSchema = z
  .object({
    messageId: z.uuid(),
    threadId: z.uuid(),
    subject: z.string(),
    category: MessageCategory,
    channel: z.string(),
    acceptedAt: At,
    state: z.enum(['accepted', 'dispatched']),
    recipients: z.int(),
    states: z.partialRecord(DeliveryStateSchema, z.int()).describe('How many recipients are in each state'),
    locked: z.int().describe('How many recipients are kept out of the portal just now, after wrong codes'),
    expiredAfter: z
      .object({ opened: z.int(), replied: z.int() })
      .describe('Of the expired: how many had read it, or answered, while they could'),
  })
  .meta({ id: 'SentMessage' });

const MessageParams = z.object({ messageId: z.uuid() });
const RecipientParams = MessageParams.extend({ recipientId: z.uuid() });

/** One right cannot stand for both: which is needed hangs on each recipient, so the module asks and not the route. */
const sendingRights =
  'Recipients outside the organisation need the right `message.send.external`, colleagues `message.send.internal`; `errors` names the recipients that lack theirs.';

export const sendMessage = endpoint('POST /api/v1/messages', {
  summary: 'Send a message',
  description: `201 is answered once the message is stored; each recipient’s journey is at \`/timeline\`. ${sendingRights}`,
  tag: 'Messages',
  body: MessageDraftSchema,
  ok: AcceptedMessageSchema,
  status: 201,
  errors: ['invalid-address', 'too-large', 'forbidden', 'category-not-allowed'],
  permission: 'signed-in',
  idempotent: true,
  bodyLimit: messageBodyLimit,
});

export const previewMessage = endpoint('POST /api/v1/messages/preview', {
  summary: 'What would happen for each recipient; sends and stores nothing',
  description: sendingRights,
  tag: 'Messages',
  body: PreviewRequestSchema,
  ok: z.object({ recipients: z.array(RecipientPreviewSchema) }),
  errors: ['invalid-address', 'forbidden', 'category-not-allowed'],
  permission: 'signed-in',
});

export const listSentMessages = endpoint('GET /api/v1/messages', {
  summary: 'What you have sent, newest first',
  tag: 'Messages',
  query: PageQuery,
  ok: cursorPage(SentMessageSchema),
  errors: [],
  permission: 'delivery.read',
});

export const getSentMessage = endpoint('GET /api/v1/messages/:messageId', {
  summary: 'One message that you have sent',
  tag: 'Messages',
  params: MessageParams,
  ok: SentMessageSchema,
  errors: ['not-found'],
  permission: 'delivery.read',
});

export const getTimeline = endpoint('GET /api/v1/messages/:messageId/timeline', {
  summary: 'Each recipient’s journey',
  tag: 'Messages',
  params: MessageParams,
  ok: TimelineSchema,
  errors: ['not-found'],
  permission: 'delivery.read',
});

export const revokeRecipient = endpoint('POST /api/v1/messages/:messageId/recipients/:recipientId/revoke', {
  summary: 'Take a message back from one recipient',
  description: 'Possible until another server has accepted it; in the portal, access ends at once.',
  tag: 'Messages',
  params: RecipientParams,
  ok: RecipientJourneySchema,
  errors: ['not-found', 'conflict'],
  permission: 'message.revoke',
});

export const remindRecipient = endpoint('POST /api/v1/messages/:messageId/recipients/:recipientId/remind', {
  summary: 'Send the notice once more, with a new link',
  description: 'At most one an hour for each recipient.',
  tag: 'Messages',
  params: RecipientParams,
  ok: RecipientJourneySchema,
  errors: ['not-found', 'conflict', 'too-many-requests'],
  permission: 'message.revoke',
});

export const extendRecipient = endpoint('POST /api/v1/messages/:messageId/recipients/:recipientId/extend', {
  summary: 'Keep a message available in the portal for longer',
  tag: 'Messages',
  params: RecipientParams,
  body: z.object({ days: z.int().min(1).max(maxOfferDays).describe('Days from now') }),
  ok: RecipientJourneySchema,
  errors: ['not-found', 'conflict'],
  permission: 'message.revoke',
});
