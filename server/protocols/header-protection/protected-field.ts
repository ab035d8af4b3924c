/** Structural fields describe the part they stand in and are never copied. RFC 9788 §1.1.1. */
export function isStructural(key: string): boolean {
  return key === 'mime-version' || key.startsWith('content-');
}

// Written by those who carry a message, or for nobody to see: not the author's, so not under his signature.
const carriers = new Set([
  'arc-authentication-results',
  'arc-message-signature',
  'arc-seal',
  'authentication-results',
  'bcc',
  'delivered-to',
  'dkim-signature',
  'received',
  'received-spf',
  'resent-bcc',
  'return-path',
]);

/** True for what the author of a message wrote: these fields go into the protected part. */
export function isAuthored(key: string): boolean {
  return !isStructural(key) && !carriers.has(key) && key !== 'hp-outer';
}

// What RFC 9788 calls user-facing, with the two informational fields that its baseline policy takes away.
const userFacing = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'comments',
  'keywords',
  'followup-to',
]);

/** True for what a reader shows to people. */
export function isUserFacing(key: string): boolean {
  return userFacing.has(key);
}

const threading = new Set(['message-id', 'in-reply-to', 'references']);

/**
 * True when a reader shows the field or acts on it, so that an unprotected one must not stand in for it: of these a
 * protected message has those that its author protected, and no others.
 */
export function isShown(key: string): boolean {
  return isUserFacing(key) || threading.has(key);
}
