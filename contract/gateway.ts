import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { plainText } from './plain-text.ts';

export const RelayKind = z.enum([
  'own-server', // a server of the organisation, which nobody else sends from
  'microsoft-365', // Exchange Online: its addresses and certificate are those of all its customers
  'google-workspace', // Gmail: the same
]);
export type RelayKind = z.output<typeof RelayKind>;

/** Larger networks belong to more than one: /8 and /19 are the largest that are given out. */
const Network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be an address or a network')
  .refine(
    (text) => Number(text.split('/')[1] ?? 32) >= (text.includes(':') ? 19 : 8),
    'must be no larger than /8 (IPv4) or /19 (IPv6)',
  );

const name = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'must be a domain name');

export const NewRelay = z
  .strictObject({
    name: plainText(80),
    kind: RelayKind,
    /** Addresses and networks that it connects from. */
    networks: z.array(Network).max(100).default([]),
    /** SHA-256 of client certificates, hexadecimal. */
    fingerprints: z
      .array(
        z
          .string()
          .transform((text) => text.replaceAll(':', '').trim().toLowerCase())
          .pipe(z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 fingerprint')),
      )
      .max(10)
      .default([]),
    /** Names that a client certificate of a trusted authority must hold one of. */
    certificateNames: z.array(name).max(10).default([]),
    /** Proven domains of the organisation that it may send from. */
    senderDomains: z.array(name).min(1).max(100),
    /** Whose message it is when its author is not a user here: their rights and categories apply. */
    userId: z.uuid(),
  })
  .refine(
    ({ networks, fingerprints, certificateNames }) =>
      networks.length + fingerprints.length + certificateNames.length > 0,
    'Name at least one network, fingerprint or certificate name',
  );
export type NewRelay = z.output<typeof NewRelay>;

export const RelayView = z.object({
  relayId: z.uuid(),
  name: z.string(),
  kind: RelayKind,
  networks: z.array(z.string()),
  fingerprints: z.array(z.string()),
  certificateNames: z.array(z.string()),
  senderDomains: z.array(z.string()),
  userId: z.uuid(),
  /** Messages must carry its secret in the field X-Carepost-Gateway. */
  needsToken: z.boolean(),
});
export type RelayView = z.output<typeof RelayView>;

/** `token`: the secret, where one was made now; it is not shown again. */
const RelayWithToken = RelayView.extend({ token: z.string().nullable() });

export const listRelays = endpoint('GET /api/v1/relays', {
  summary: 'Servers of the organisation that may send through this one',
  tag: 'Gateway',
  ok: z.object({ items: z.array(RelayView) }),
  errors: [],
  permission: 'domain.manage',
});

export const createRelay = endpoint('POST /api/v1/relays', {
  summary: 'Let a server of the organisation send through this one',
  description:
    'Where others share its addresses and certificate (Microsoft 365, Google Workspace), the answer holds a secret, this once: have every message carry it in the field X-Carepost-Gateway.',
  tag: 'Gateway',
  body: NewRelay,
  ok: RelayWithToken,
  status: 201,
  errors: ['invalid-request', 'invalid-domain', 'not-found'],
  permission: 'domain.manage',
});

const RelayParams = z.object({ relayId: z.uuid() });

export const changeRelay = endpoint('PUT /api/v1/relays/:relayId', {
  summary: 'Change how a server is recognised and what it may send',
  description: 'The whole relay as it is to be. A secret is made only where it needs one and has none yet.',
  tag: 'Gateway',
  params: RelayParams,
  body: NewRelay,
  ok: RelayWithToken,
  errors: ['invalid-request', 'invalid-domain', 'not-found'],
  permission: 'domain.manage',
});

export const renewRelayToken = endpoint('POST /api/v1/relays/:relayId/token', {
  summary: 'Give a relay a new secret',
  description: 'The one before it counts no more after 10 seconds at most.',
  tag: 'Gateway',
  params: RelayParams,
  ok: RelayWithToken,
  errors: ['not-found'],
  permission: 'domain.manage',
});

export const deleteRelay = endpoint('DELETE /api/v1/relays/:relayId', {
  summary: 'No longer let a server send through this one',
  tag: 'Gateway',
  params: RelayParams,
  ok: 'empty',
  errors: ['not-found'],
  permission: 'domain.manage',
});
