import * as z from 'zod';

// C0 and C1 controls, line and paragraph separators, bidirectional overrides and isolates, lone surrogates.
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/**
 * One line of text that people wrote and others will read, in a page or a mail header: trimmed, NFC,
 * 1 to `longest` UTF-16 units, without control characters or marks that reorder what surrounds it.
 */
export function plainText(longest: number) {
  return z
    .string()
    .trim()
    .normalize()
    .min(1, 'must not be empty')
    .max(longest)
    .refine((text) => !unprintable.test(text), 'must be one line, without control characters');
}
