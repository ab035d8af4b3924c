import { hash } from 'node:crypto';

/** Bytes of every hash here: SHA-256. */
export const hashBytes = 32;

// RFC 6962 §2.1: leaves and nodes hash under different prefixes, so that neither can pass for the other.
const leafPrefix = Buffer.of(0x00);
const nodePrefix = Buffer.of(0x01);

/** The hash of one entry. RFC 6962 §2.1: SHA-256(0x00 ‖ entry). */
export function hashLeaf(entry: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([leafPrefix, entry]), 'buffer');
}

/** The hash over two subtrees. RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right). */
export function hashChildren(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');
}

/** The root of a tree without entries. RFC 6962 §2.1: the hash of an empty string. */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}
