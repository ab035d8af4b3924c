import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

/** Read as an address by the server; here only its length and that it could be one. */
const Address = z
  .string()
  .trim()
  .min(3)
  .max(254)
  .regex(/^\S+@\S+$/, 'must be an email address');

/** Where mail goes on to. */
const Targets = z.array(Address).min(1).max(20);

export const NewForwarding = z.strictObject({
  /** At a proven domain of the organisation; a user may have it, or nobody. */
  address: Address,
  targets: Targets,
  /** The user who has the address gets each message, too. */
  keepsCopy: z.boolean().default(false),
});
export type NewForwarding = z.output<typeof NewForwarding>;

export const ForwardingView = z.object({
  forwardingId: z.uuid(),
  address: z.string(),
  targets: z.array(z.string()),
  keepsCopy: z.boolean(),
  createdAt: z.iso.datetime(),
  /** Messages that could not be forwarded to one of its targets, since these were last changed. */
  failures: z.int(),
  lastFailedAt: z.iso.datetime().nullable(),
});
export type ForwardingView = z.output<typeof ForwardingView>;

/** Beside it the targets that mail could not go on to as their servers stand now, each with why; it is saved all the same. */
const SavedForwarding = ForwardingView.extend({
  doubts: z.array(z.object({ address: z.string(), because: z.string() })),
});
export type SavedForwarding = z.output<typeof SavedForwarding>;

const ForwardingParams = z.object({ forwardingId: z.uuid() });

export const listForwardings = endpoint('GET /api/v1/forwardings', {
  summary: 'Addresses of the organisation whose mail goes on to others, oldest first',
  tag: 'Forwarding',
  query: PageQuery,
  ok: cursorPage(ForwardingView),
  errors: [],
  permission: 'domain.manage',
});

export const createForwarding = endpoint('POST /api/v1/forwardings', {
  summary: 'Forward mail for an address',
  description:
    'What comes for it goes on as it came, sealed (ARC) and with an envelope sender that leads back (SRS), over TLS to servers whose certificates prove their names. What cannot go like that for three days goes back to its sender. An organisation has 1,000 at most.',
  tag: 'Forwarding',
  body: NewForwarding,
  ok: SavedForwarding,
  status: 201,
  errors: [
    'invalid-request',
    'invalid-address',
    'invalid-domain',
    'address-taken',
    'forwarding-loop',
    'no-mailbox',
    'conflict',
  ],
  permission: 'domain.manage',
  idempotent: true,
});

export const changeForwarding = endpoint('PUT /api/v1/forwardings/:forwardingId', {
  summary: 'Change where mail for an address goes on to',
  description: 'Counts from this moment on; what is under way to a former target still goes there.',
  tag: 'Forwarding',
  params: ForwardingParams,
  body: NewForwarding.omit({ address: true }),
  ok: SavedForwarding,
  errors: ['invalid-request', 'invalid-address', 'not-found', 'forwarding-loop', 'no-mailbox'],
  permission: 'domain.manage',
});

export const deleteForwarding = endpoint('DELETE /api/v1/forwardings/:forwardingId', {
  summary: 'No longer forward mail for an address',
  description:
    'If a user has the address, its mail comes to the mailbox again; else there is no such address.',
  tag: 'Forwarding',
  params: ForwardingParams,
  ok: 'empty',
  errors: ['not-found'],
  permission: 'domain.manage',
});
