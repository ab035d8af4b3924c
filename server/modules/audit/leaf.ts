import { hash } from 'node:crypto';
import { hashLeaf } from '#protocols/tlog/index.ts';

/**
 * What the tree holds of an event. It commits to the body without containing it: an erased body leaves the
 * tree verifiable, and the salt keeps a short body from being guessed.
 */
export interface LeafEntry {
  readonly organization: string;
  readonly eventId: string;
  /** RFC 3339, milliseconds, UTC. */
  readonly at: string;
  readonly kind: string;
  /** SHA-256(salt ‖ body), hexadecimal. */
  readonly commitment: string;
}

/** Bytes of every salt. One length for all, so that salt and body cannot be split differently. */
export const saltBytes = 32;

/** `body` is canonical JSON. */
export function commitTo(salt: Uint8Array, body: string): Buffer {
  return hash('sha256', Buffer.concat([salt, Buffer.from(body, 'utf8')]), 'buffer');
}

/** The RFC 6962 hash of the entry's canonical JSON. */
export function leafHashOf({ at, commitment, eventId, kind, organization }: LeafEntry): Buffer {
  // Texts by name in their order: what JSON.stringify makes of that is the canonical form.
  const canonical = JSON.stringify({ at, commitment, eventId, kind, organization });
  return hashLeaf(Buffer.from(canonical, 'utf8'));
}
