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

// RFC 9788 §1.1.1 with the fields that place a message in its thread: of these a protected message
// has those that its author protected, and no others.
const shown = new Set([
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
  'message-id',
  'in-reply-to',
  'references',
]);

/** True when a reader shows the field or acts on it, so that an unprotected one must not stand in for it. */
export function isShown(key: string): boolean {
  return shown.has(key);
}
