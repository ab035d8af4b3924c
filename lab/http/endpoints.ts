import * as z from 'zod';
import { endpoint } from '#contract/endpoint.ts';

// The lab's own API. It is no part of the product's contract: it exists in lab mode only.

const Address = z.string().min(1).max(320);

export const LabMessageView = z.object({
  id: z.uuid(),
  host: z.string(),
  receivedAt: z.iso.datetime(),
  envelope: z.object({ from: z.string(), to: z.array(z.string()) }),
  tls: z.object({ version: z.string(), cipher: z.string() }).nullable(),
  subject: z.string(),
  from: z.string(),
  text: z.string(),
  links: z.array(z.string()),
  codes: z.array(z.string()),
  /** It came encrypted, and was opened with the recipient's own key. */
  decrypted: z.boolean(),
  attachments: z.array(z.object({ filename: z.string(), size: z.int() })),
  /** The message as it came, octets as code points. */
  raw: z.string(),
});
export type LabMessageView = z.output<typeof LabMessageView>;

export const listInboxes = endpoint('GET /lab/inboxes', {
  summary: 'Who received something, the latest first',
  tag: 'Lab',
  ok: z.object({
    inboxes: z.array(z.object({ address: z.string(), count: z.int(), latestAt: z.iso.datetime() })),
  }),
  errors: [],
  permission: 'public',
});

export const readInbox = endpoint('GET /lab/inboxes/:address', {
  summary: 'What one address received, oldest first; one entry for each accepted DATA',
  tag: 'Lab',
  params: z.object({ address: Address }),
  ok: z.object({ messages: z.array(LabMessageView) }),
  errors: [],
  permission: 'public',
});

export const clearInboxes = endpoint('DELETE /lab/inboxes', {
  summary: 'Forget what was received, by all or by one address',
  tag: 'Lab',
  query: z.object({ address: Address.optional() }),
  ok: 'empty',
  errors: [],
  permission: 'public',
});

const ClockView = z.object({ now: z.iso.datetime() });

export const readClock = endpoint('GET /lab/clock', {
  summary: 'What time the product has',
  tag: 'Lab',
  ok: ClockView,
  errors: [],
  permission: 'public',
});

export const moveClock = endpoint('POST /lab/clock', {
  summary: 'Set the clock of the product, or advance it',
  tag: 'Lab',
  body: z.union([
    z.strictObject({ set: z.iso.datetime() }),
    z.strictObject({
      advanceSeconds: z
        .int()
        .min(1)
        .max(366 * 86_400),
    }),
  ]),
  ok: ClockView,
  errors: [],
  permission: 'public',
});

export const settleAll = endpoint('POST /lab/settle', {
  summary: 'Run everything that is due until nothing is',
  tag: 'Lab',
  ok: z.object({ done: z.int() }),
  errors: [],
  permission: 'public',
});

export const sendFromOutside = endpoint('POST /lab/send', {
  summary: 'Send an email into the product, as a stranger would',
  tag: 'Lab',
  body: z.strictObject({
    from: Address,
    to: z.array(Address).min(1).max(100),
    subject: z.string().max(998).default(''),
    text: z.string().default(''),
    html: z.string().optional(),
    tls: z.enum(['if-offered', 'never']).default('if-offered'),
  }),
  ok: z.discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      accepted: z.array(z.string()),
      rejected: z.array(z.string()),
      response: z.string(),
    }),
    z.object({ ok: z.literal(false), code: z.int().nullable(), response: z.string() }),
  ]),
  errors: [],
  permission: 'public',
});
