import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

export const QuarantineReason = z.enum([
  'virus', // the virus scanner knows it
  'authentication', // its sender's domain asks that what it cannot vouch for is held back (DMARC)
]);
export type QuarantineReason = z.output<typeof QuarantineReason>;

/** A received message that is held back. Of its content nothing is shown: who decides need not read it. */
export const QuarantinedView = z.object({
  messageId: z.uuid(),
  reason: QuarantineReason,
  /** The reason in words: which signature, which domain. */
  words: z.string(),
  /** Envelope sender; empty for reports of mail servers. */
  from: z.string(),
  recipients: z.array(z.string()),
  sizeBytes: z.int(),
  quarantinedAt: z.iso.datetime(),
  /** When it is deleted if nobody decides. */
  expiresAt: z.iso.datetime(),
});
export type QuarantinedView = z.output<typeof QuarantinedView>;

const params = z.object({ messageId: z.uuid() });

export const listQuarantine = endpoint('GET /api/v1/quarantine', {
  summary: 'Received mail that is held back, oldest first',
  tag: 'Quarantine',
  query: PageQuery,
  ok: cursorPage(QuarantinedView),
  errors: [],
  permission: 'quarantine.manage',
});

export const releaseQuarantined = endpoint('POST /api/v1/quarantine/:messageId/release', {
  summary: 'Deliver a message that was held back',
  tag: 'Quarantine',
  params,
  ok: 'empty',
  errors: ['not-found'],
  permission: 'quarantine.manage',
});

export const deleteQuarantined = endpoint('DELETE /api/v1/quarantine/:messageId', {
  summary: 'Destroy a message that was held back',
  tag: 'Quarantine',
  params,
  ok: 'empty',
  errors: ['not-found'],
  permission: 'quarantine.manage',
});
