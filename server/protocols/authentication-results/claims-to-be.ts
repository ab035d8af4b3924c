import { domainToASCII } from 'node:url';
import { tokenize } from './tokens.ts';

/**
 * Whether a field says that its results are of `hostname`, in any way that some reader could understand so:
 * with comments, quotes, escapes, folding, other case, a final dot (RFC 8601 §5). Of a field that cannot be read,
 * the name anywhere before the first `=` is enough.
 */
export function claimsToBe(value: string, hostname: string): boolean {
  const wanted = plainName(hostname);
  const tokens = tokenize(value);
  const [service] = tokens?.filter((token) => token.kind !== 'comment') ?? [];
  if (service?.kind === 'word' && plainName(service.text) === wanted) return true;
  if (service?.kind === 'word' && tokens !== null) return false;
  const [head = ''] = value.split('=', 1);
  return plainName(head).includes(wanted);
}

/** Lower case, A-labels, without quotes, escapes, blanks and a final dot. */
function plainName(name: string): string {
  const bare = name
    .replace(/["\\\s]+/g, '')
    .toLowerCase()
    .replace(/\.$/, '');
  return /[^\0-\x7f]/.test(bare) ? domainToASCII(bare) || bare : bare;
}
