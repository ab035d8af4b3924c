import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

const Record = z.object({
  name: z.string(),
  value: z.string(),
  /** What the DNS says now. */
  found: z.enum(['right', 'other', 'missing', 'unknown']),
});

const OwnDomain = z.object({ domain: z.string().trim().min(3).max(253) });

export const StsMode = z.enum(['none', 'testing', 'enforce']);
export type StsMode = z.output<typeof StsMode>;

/** What other servers are told about reaching a domain of ours, and whether it can be seen from outside. */
export const TransportView = z.object({
  domain: z.string(),
  policy: z.object({
    mode: StsMode,
    /** Seconds. */
    maxAge: z.int(),
    mx: z.array(z.string()),
    /** As it is served at `url`. */
    text: z.string(),
    url: z.string(),
    /** What is there, asked for as others ask. */
    served: z.enum(['right', 'other', 'unreachable']),
  }),
  /** The record that makes others look for the policy (RFC 8461). */
  policyRecord: Record,
  /** The record that makes others send reports (RFC 8460). */
  reportRecord: Record,
  /** Whether the MX records name only servers that the policy names. */
  mx: z.enum(['named', 'not-named', 'unknown']),
});
export type TransportView = z.output<typeof TransportView>;

export const getTransport = endpoint('GET /api/v1/transport/:domain', {
  summary: 'The MTA-STS policy and the report record of a domain, as they are and as others see them',
  tag: 'Deliverability',
  params: OwnDomain,
  ok: TransportView,
  errors: ['not-found'],
  permission: 'domain.manage',
});

export const changeTransport = endpoint('PUT /api/v1/transport/:domain', {
  summary: 'Change the MTA-STS policy of a domain',
  description:
    'Mode enforce is refused until policy and records are seen right from outside: mail would be lost.',
  tag: 'Deliverability',
  params: OwnDomain,
  body: z.strictObject({
    mode: StsMode,
    maxAge: z.int().min(86_400).max(31_557_600).default(604_800),
  }),
  ok: TransportView,
  errors: ['not-found', 'conflict'],
  permission: 'domain.manage',
});

const TlsFailure = z.object({
  result: z.string(),
  /** In words. */
  words: z.string(),
  sessions: z.int(),
  server: z.string().nullable(),
});

export const TlsReportView = z.object({
  reportId: z.uuid(),
  domain: z.string(),
  /** Who says so. Not proven. */
  submitter: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  succeeded: z.int(),
  failed: z.int(),
  failures: z.array(TlsFailure),
  cameBy: z.enum(['mail', 'https']),
  receivedAt: z.iso.datetime(),
});
export type TlsReportView = z.output<typeof TlsReportView>;

export const listTlsReports = endpoint('GET /api/v1/tls-reports', {
  summary: 'What other servers report of reaching ours securely, newest first',
  tag: 'Deliverability',
  query: PageQuery,
  ok: cursorPage(TlsReportView),
  errors: [],
  permission: 'domain.manage',
});

export const submitTlsReport = endpoint('POST /api/v1/tls-reports/:domain', {
  summary: 'Where other servers send their TLS reports (RFC 8460 §5.4)',
  tag: 'Deliverability',
  params: OwnDomain,
  body: 'stream',
  ok: 'empty',
  status: 201,
  errors: ['not-found', 'too-large', 'invalid-request', 'too-many-requests'],
  permission: 'public',
});
