import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

export const DomainView = z.object({
  domainId: z.uuid(),
  /** In lower case, A-labels (RFC 5890). */
  name: z.string(),
  /**
   * unproven: claimed; nothing is sent or received under it until the record below is found.
   * proven: this organisation controls the name.
   */
  state: z.enum(['unproven', 'proven']),
  /** Mail to it is accepted here. */
  receives: z.boolean(),
  /** Mail from it may be sent here. */
  sends: z.boolean(),
  /** The TXT record that proves it; null once proven. */
  proof: z.object({ recordName: z.string(), recordValue: z.string() }).nullable(),
});
export type DomainView = z.output<typeof DomainView>;

export const listDomains = endpoint('GET /api/v1/domains', {
  summary: 'The domains of the organisation',
  tag: 'Domains',
  query: PageQuery,
  ok: cursorPage(DomainView),
  errors: [],
  permission: 'signed-in',
});

export const addDomain = endpoint('POST /api/v1/domains', {
  summary: 'Claim a domain',
  description: 'The domain does nothing until it is proven by the TXT record that the answer names.',
  tag: 'Domains',
  body: z.strictObject({ name: z.string().trim().min(3).max(253) }),
  ok: DomainView,
  status: 201,
  errors: ['invalid-domain', 'domain-taken'],
  permission: 'domain.manage',
  idempotent: true,
});

export const proveDomain = endpoint('POST /api/v1/domains/:domainId/proof', {
  summary: 'Look for the record that proves a domain',
  tag: 'Domains',
  params: z.object({ domainId: z.uuid() }),
  ok: DomainView,
  errors: ['not-found', 'domain-taken', 'domain-unproven'],
  permission: 'domain.manage',
});
