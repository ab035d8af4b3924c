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

/**
 * Some lines of text that people wrote and others will read: NFC, lines of at most 240 UTF-16 units with LF between,
 * no white space at their ends or around the whole, otherwise as `plainText`. May be empty.
 */
export function plainLines(longest: number) {
  return z
    .string()
    .max(longest)
    .normalize()
    .transform((text) =>
      text
        .split(/\r\n|\r|\n/)
        .map((line) => line.trimEnd())
        .join('\n')
        .trim(),
    )
    .refine(
      (text) => text.split('\n').every((line) => line.length <= 240 && !unprintable.test(line)),
      'must be lines of at most 240 characters, without control characters',
    );
}
