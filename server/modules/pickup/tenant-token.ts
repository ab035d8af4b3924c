import { createHash, randomBytes } from 'node:crypto';
import type { OrganizationId } from '#contract/ids.ts';
import { isUuid } from '#platform/ids.ts';

const organizationBytes = 16;
/** 192 bits: nobody finds one by trying. */
const secretBytes = 24;

/** A secret that a link or a cookie carries. The organisation leads, so that one tenant's rows answer; the rest is the secret. */
export interface TenantToken {
  readonly token: string;
  /** All that is stored. */
  readonly digest: Buffer;
}

export function mintTenantToken(organizationId: OrganizationId): TenantToken {
  const organization = Buffer.from(organizationId.replaceAll('-', ''), 'hex');
  const token = Buffer.concat([organization, randomBytes(secretBytes)]).toString('base64url');
  return { token, digest: digestOf(token) };
}

/** Undefined when the text cannot be a token of ours. Proves nothing: the digest must be found. */
export function readTenantToken(
  token: string,
): { organizationId: OrganizationId; digest: Buffer } | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== organizationBytes + secretBytes || bytes.toString('base64url') !== token)
    return undefined;
  const hex = bytes.toString('hex', 0, organizationBytes);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  );
  return isUuid(uuid) ? { organizationId: uuid as OrganizationId, digest: digestOf(token) } : undefined;
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
