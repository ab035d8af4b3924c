import * as z from 'zod';
import { endpoint } from './endpoint.ts';

const Finding = z
  .enum(['right', 'missing', 'different', 'unavailable'])
  .describe('What the DNS said when it was last asked: as wanted, nothing, something else, no answer');

export const WantedRecord = z.object({
  purpose: z.enum(['mail', 'spf', 'dmarc', 'dkim']),
  type: z.enum(['MX', 'TXT']),
  name: z.string(),
  value: z.string(),
  /** Null: not asked yet. */
  finding: Finding.nullable(),
});
export type WantedRecord = z.output<typeof WantedRecord>;

export const DkimKeyView = z.object({
  keyId: z.uuid(),
  selector: z.string(),
  algorithm: z.enum(['rsa-sha256', 'ed25519-sha256']),
  /**
   * waiting: signs nothing until its record is seen. signing. retiring: a newer one signs, its record must stay.
   * retired: its record may be removed. revoked: its record must say so.
   */
  state: z.enum(['waiting', 'signing', 'retiring', 'retired', 'revoked']),
  stateSince: z.iso.datetime(),
  /** Until when its record has to stay; null but for a key that retires. */
  keepUntil: z.iso.datetime().nullable(),
  record: WantedRecord,
});
export type DkimKeyView = z.output<typeof DkimKeyView>;

export const DomainDnsView = z.object({
  name: z.string(),
  /** Outgoing mail of the domain is signed. */
  signs: z.boolean(),
  /** Reports of other servers come to a signed address of the domain, and are understood. */
  returnPathSigned: z.boolean(),
  records: z.array(WantedRecord),
  /** Youngest first. */
  keys: z.array(DkimKeyView),
  checkedAt: z.iso.datetime().nullable(),
});
export type DomainDnsView = z.output<typeof DomainDnsView>;

const params = z.object({ domainId: z.uuid() });
const keyParams = z.object({ domainId: z.uuid(), dkimKeyId: z.uuid() });

export const getDomainDns = endpoint('GET /api/v1/domains/:domainId/dns', {
  summary: 'The DNS records of a domain, and the keys that sign its mail',
  tag: 'Domains',
  params,
  ok: DomainDnsView,
  errors: ['not-found'],
  permission: 'domain.manage',
});

export const checkDomainDns = endpoint('POST /api/v1/domains/:domainId/dns-check', {
  summary: 'Look at the DNS records of a domain now',
  description: 'A key whose record is seen begins to sign; the one before it retires.',
  tag: 'Domains',
  params,
  ok: DomainDnsView,
  errors: ['not-found'],
  permission: 'domain.manage',
});

export const rotateDkim = endpoint('POST /api/v1/domains/:domainId/dkim-keys', {
  summary: 'Make a new pair of signing keys, RSA and Ed25519',
  description:
    'Keys that sign now go on until the records of the new ones have been seen, and their records stay for a week more.',
  tag: 'Domains',
  params,
  ok: DomainDnsView,
  errors: ['not-found', 'domain-unproven'],
  permission: 'domain.manage',
});

export const forceDkimKey = endpoint('POST /api/v1/domains/:domainId/dkim-keys/:dkimKeyId/force', {
  summary: 'Let a key sign although its record has not been seen',
  tag: 'Domains',
  params: keyParams,
  ok: DomainDnsView,
  errors: ['not-found'],
  permission: 'domain.manage',
});

export const revokeDkimKey = endpoint('POST /api/v1/domains/:domainId/dkim-keys/:dkimKeyId/revocation', {
  summary: 'Destroy a signing key at once',
  description:
    'For a key that may be in wrong hands. Publish the record that is then shown: what the key signed counts no more.',
  tag: 'Domains',
  params: keyParams,
  ok: DomainDnsView,
  errors: ['not-found'],
  permission: 'domain.manage',
});
