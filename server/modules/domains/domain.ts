import { isIP } from 'node:net';
import type { DomainDestination } from '#contract/domains.ts';
import type { DomainId, OrganizationId } from '#contract/ids.ts';
import { toDnsName } from '#platform/dns/index.ts';

export interface Domain {
  readonly organizationId: OrganizationId;
  readonly domainId: DomainId;
  /** Lower case, A-labels (RFC 5890). */
  readonly name: string;
  readonly state:
    | 'unproven' // claimed: nothing is received or sent under it
    | 'proven'; // the organisation showed that it controls the name, or the operator said so
  /** What the proving record must hold. No secret: it only shows who published it. */
  readonly proof: string;
  readonly receives: boolean;
  readonly sends: boolean;
  /** The organisation's own server that mail is passed on to; null: mailboxes here. */
  readonly destination: DomainDestination | null;
}

/** Where the proving TXT record is looked for. */
export function proofRecordName({ name }: Pick<Domain, 'name'>): string {
  return `_carepost.${name}`;
}

export function proofRecordValue({ proof }: Pick<Domain, 'proof'>): string {
  return `carepost-domain=${proof}`;
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name in the form in which it is kept; null for what cannot be a mail domain (RFC 5321 §2.3.5: two labels or more). */
export function readDomainName(text: string): string | null {
  const name = toDnsName(text.trim());
  if (name === null || isIP(name) !== 0) return null;
  const labels = name.split('.');
  const isMailDomain =
    labels.length >= 2 && labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) ?? '');
  return isMailDomain ? name : null;
}
