import type { AuthenticationResults, MethodResult } from './read-results.ts';

/**
 * The value of an Authentication-Results field (RFC 8601 §2.2), in one line: fold it at blanks. What strangers
 * chose is quoted; a property or reason that no field may hold (control characters, text beyond ASCII) is left out.
 */
export function writeAuthenticationResults({ serviceId, results }: AuthenticationResults): string {
  const parts = results.length === 0 ? ['none'] : results.map(writeMethod);
  return [valueOf(serviceId) ?? 'unknown', ...parts].join('; ');
}

function writeMethod({ method, result, reason, properties }: MethodResult): string {
  const comment = reason === null || !isPlain(reason) ? [] : [`(${reason.replace(/[()\\]/g, '\\$&')})`];
  const pairs = properties.flatMap(({ type, name, value }) => {
    const written = valueOf(value);
    return written === null ? [] : [`${type}.${name}=${written}`];
  });
  return [`${method}=${result}`, ...comment, ...pairs].join(' ');
}

/** As a token or an address where it is one (RFC 8601 §2.2 pvalue), else quoted. */
function valueOf(text: string): string | null {
  if (!isPlain(text)) return null;
  if (/^(?:[A-Za-z0-9!#$%&'*+^_`{|}~.-]*@)?[A-Za-z0-9!#$%&'*+^_`{|}~.-]+$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function isPlain(text: string): boolean {
  return text.length <= 500 && /^[ -~]*$/.test(text);
}
