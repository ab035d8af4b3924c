import * as z from 'zod';
import { cursorPage, endpoint, PageQuery } from './endpoint.ts';

/** The organisation's own mail server, behind this one. */
export const DomainDestination = z.strictObject({
  /** Its name, which its certificate must prove; never an address. */
  host: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'must be a host name'),
  port: z.int().min(1).max(65_535).default(25),
  /** How it is known who is there. listed: the users here; asked: the server itself, at RCPT, before mail is taken. */
  recipients: z.enum(['listed', 'asked']),
});
export type DomainDestination = z.output<typeof DomainDestination>;

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
  /** Where mail to it is passed on; null: it is kept in mailboxes here. */
  destination: DomainDestination.nullable(),
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

export const getDomain = endpoint('GET /api/v1/domains/:domainId', {
  summary: 'One domain',
  tag: 'Domains',
  params: z.object({ domainId: z.uuid() }),
  ok: DomainView,
  errors: ['not-found'],
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

export const setDestination = endpoint('PUT /api/v1/domains/:domainId/destination', {
  summary: 'Pass mail for a domain on to a server of the organisation, or keep it here',
  description:
    'What is passed on goes over TLS 1.2 or newer to a server whose certificate proves its name, and waits until it can.',
  tag: 'Domains',
  params: z.object({ domainId: z.uuid() }),
  body: z.strictObject({ destination: DomainDestination.nullable() }),
  ok: DomainView,
  errors: ['not-found', 'domain-unproven'],
  permission: 'domain.manage',
});
