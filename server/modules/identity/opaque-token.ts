import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Id, OrganizationId } from '#contract/ids.ts';

/**
 * A secret that its holder cannot read anything from and that names the one row it may match: so it is looked
 * up inside its organisation, by primary key, and compared by digest in constant time.
 */
export interface OpaqueToken<T extends Id<string>> {
  readonly id: T;
  readonly organizationId: OrganizationId;
  /** 256 random bits. */
  readonly secret: Buffer;
}

const idBytes = 16;
const secretBytes = 32;
const form = /^[A-Za-z0-9_-]{86}$/;

/** The secret to hand out, once, and the digest to keep. A fast digest is right for 256 random bits. */
export function mintToken<T extends Id<string>>(
  id: T,
  organizationId: OrganizationId,
): { token: string; digest: Buffer } {
  const secret = randomBytes(secretBytes);
  return { token: encodeToken({ id, organizationId, secret }), digest: digestOf(secret) };
}

export function encodeToken({ id, organizationId, secret }: OpaqueToken<Id<string>>): string {
  return Buffer.concat([bytesOf(id), bytesOf(organizationId), secret]).toString('base64url');
}

/** Undefined when the text cannot be a token of ours. */
export function decodeToken<T extends Id<string>>(text: string): OpaqueToken<T> | undefined {
  if (!form.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return {
    id: idOf(bytes.subarray(0, idBytes)) as T,
    organizationId: idOf(bytes.subarray(idBytes, 2 * idBytes)) as OrganizationId,
    secret: bytes.subarray(2 * idBytes),
  };
}

/** Constant time: how much of a guess was right cannot be measured. */
export function isSecretOf(digest: Buffer, secret: Buffer): boolean {
  return timingSafeEqual(digest, digestOf(secret));
}

function digestOf(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
