/**
 * What a header field of an encrypted message shows outside: its value, another one, or nothing (null).
 * `key` is in lower case. RFC 9788 §3.
 */
export type ConfidentialityPolicy = (key: string, value: string) => string | null;

/** The policy for mail to anybody: the subject becomes "[...]", comments and keywords vanish. RFC 9788 §3.2.1. */
export const baselinePolicy: ConfidentialityPolicy = (key, value) => {
  if (key === 'subject') return '[...]';
  if (key === 'comments' || key === 'keywords') return null;
  return value;
};
