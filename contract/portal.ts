import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';
import { HeaderMailbox, MessageAttachment } from './messages.ts';
import { OfferStateSchema } from './pickup.ts';
import { AttachmentDraftSchema, messageBodyLimit } from './sending.ts';

const At = z.iso.datetime();
const Token = z.object({ token: z.string().min(20).max(128) });
const OfferParams = z.object({ offerId: z.uuid() });

export const LinkSchema = z
  .object({
    organizationName: z.string(),
    maskedAddress: z.string().describe('j•••@example.com'),
    state: z
      .enum(['waiting', 'expired', 'revoked', 'inbox', 'run-out'])
      .describe(
        'inbox: the link leads to all messages, not to one; run-out: it opens nothing any more, and a new one can be had',
      ),
  })
  .meta({ id: 'PortalLink' });

export const CodeSentSchema = z
  .object({
    resendAfterSeconds: z.int().describe('Wait this long before asking for another'),
    expiresInSeconds: z.int(),
  })
  .meta({ id: 'PortalCodeSent' });

export const PortalSessionSchema = z
  .object({
    maskedAddress: z.string(),
    organizationName: z.string(),
    offerId: z.uuid().nullable().describe('The message the link was about'),
    idleSeconds: z.int(),
    endsAt: At,
  })
  .meta({ id: 'PortalSession' });

export const PortalItemSchema = z
  .object({
    offerId: z.uuid(),
    subject: z.string().nullable().describe('null once it is no longer available'),
    from: z.string(),
    offeredAt: At,
    availableUntil: At,
    state: OfferStateSchema,
    hasAttachment: z.boolean(),
  })
  .meta({ id: 'PortalItem' });

export const PortalMessageSchema = z
  .object({
    offerId: z.uuid(),
    subject: z.string(),
    from: z.array(HeaderMailbox),
    to: z.array(HeaderMailbox),
    cc: z.array(HeaderMailbox),
    sentAt: At,
    availableUntil: At,
    state: OfferStateSchema,
    text: z.string(),
    html: z.string().nullable().describe('Sanitised; remote images are not loaded'),
    attachments: z.array(MessageAttachment),
    replies: z.array(z.object({ messageId: z.uuid(), repliedAt: At })),
  })
  .meta({ id: 'PortalMessage' });

export const ReplyDraftSchema = z
  .object({
    text: z.string().min(1).max(1_000_000),
    attachments: z.array(AttachmentDraftSchema).max(20).default([]),
  })
  .meta({ id: 'PortalReply' });

export const getLink = endpoint('GET /portal/api/v1/offers/:token', {
  summary: 'What a link leads to; changes nothing',
  tag: 'Portal',
  params: Token,
  ok: LinkSchema,
  errors: ['not-found', 'too-many-requests'],
  permission: 'public',
});

export const renewLink = endpoint('POST /portal/api/v1/offers/:token/renewal', {
  summary: 'Mail a new link to the address that this one was sent to',
  description: 'For a link that has run out. Whoever does not read that mailbox gains nothing.',
  tag: 'Portal',
  params: Token,
  ok: 'empty',
  status: 202,
  errors: ['not-found', 'too-many-requests'],
  permission: 'public',
});

export const requestCode = endpoint('POST /portal/api/v1/offers/:token/code', {
  summary: 'Mail a one-time code to the address that the link was sent to',
  tag: 'Portal',
  params: Token,
  ok: CodeSentSchema,
  status: 202,
  errors: ['not-found', 'locked', 'too-many-requests'],
  permission: 'public',
});

export const openPortalSession = endpoint('POST /portal/api/v1/offers/:token/session', {
  summary: 'Sign in with the code',
  tag: 'Portal',
  params: Token,
  body: z.object({ code: z.string().regex(/^\d{6}$/) }),
  ok: PortalSessionSchema,
  status: 201,
  errors: ['not-found', 'code-not-right', 'code-expired', 'locked', 'too-many-requests'],
  permission: 'public',
});

export const requestAccess = endpoint('POST /portal/api/v1/access', {
  summary: 'Mail a new link to an address; answers the same whether it is known or not',
  tag: 'Portal',
  body: z.object({ organizationSlug: z.string().min(1).max(63), address: z.string().min(3).max(320) }),
  ok: z.object({ sent: z.literal('if-known') }),
  status: 202,
  errors: ['too-many-requests'],
  permission: 'public',
});

export const getPortalSession = endpoint('GET /portal/api/v1/session', {
  summary: 'Who is signed in',
  tag: 'Portal',
  ok: PortalSessionSchema.omit({ offerId: true }),
  errors: [],
  permission: 'recipient',
});

export const endPortalSession = endpoint('DELETE /portal/api/v1/session', {
  summary: 'Sign out',
  tag: 'Portal',
  ok: 'empty',
  errors: [],
  permission: 'recipient',
});

export const getPortalInbox = endpoint('GET /portal/api/v1/inbox', {
  summary: 'Every message of this organisation to this address, newest first',
  tag: 'Portal',
  query: PageQuery,
  ok: cursorPage(PortalItemSchema),
  errors: [],
  permission: 'recipient',
});

export const getPortalMessage = endpoint('GET /portal/api/v1/messages/:offerId', {
  summary: 'Read a message; records the access, moves nothing',
  tag: 'Portal',
  params: OfferParams,
  ok: PortalMessageSchema,
  errors: ['not-found', 'gone'],
  permission: 'recipient',
});

export const openPortalMessage = endpoint('POST /portal/api/v1/messages/:offerId/open', {
  summary: 'Mark a message as opened; the sender sees it',
  tag: 'Portal',
  params: OfferParams,
  ok: 'empty',
  errors: ['not-found', 'gone'],
  permission: 'recipient',
});

export const downloadPortalAttachment = endpoint('GET /portal/api/v1/messages/:offerId/attachments/:partId', {
  summary: 'Download an attachment; the sender sees it',
  tag: 'Portal',
  params: OfferParams.extend({ partId: z.string().max(64) }),
  ok: 'bytes',
  errors: ['not-found', 'gone'],
  permission: 'recipient',
});

export const replyFromPortal = endpoint('POST /portal/api/v1/messages/:offerId/reply', {
  summary: 'Answer a message; the answer lands in the sender’s mailbox',
  tag: 'Portal',
  params: OfferParams,
  body: ReplyDraftSchema,
  ok: z.object({ messageId: z.uuid(), repliedAt: At }),
  status: 201,
  errors: ['not-found', 'gone', 'too-large'],
  permission: 'recipient',
  idempotent: true,
  bodyLimit: messageBodyLimit,
});
