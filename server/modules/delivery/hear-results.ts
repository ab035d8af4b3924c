import type { Heard } from './destination.ts';
import type { AttemptResult } from './outcome.ts';

const gravity = { well: 0, ease: 1, unreachable: 2, rest: 3 } as const satisfies Record<
  Heard['kind'],
  number
>;

/** What the results of one conversation tell of the destination; undefined when they tell nothing of it. */
export function hearResults(results: readonly AttemptResult[]): Heard | undefined {
  return results
    .flatMap((result) => hearResult(result) ?? [])
    .toSorted((one, other) => gravity[other.kind] - gravity[one.kind])[0];
}

function hearResult(result: AttemptResult): Heard | undefined {
  if (result.kind === 'delivered') return { kind: 'well' };
  if (result.kind === 'refused') return result.replyCode === undefined ? undefined : { kind: 'well' };
  if (result.kind === 'uncertain') return { kind: 'ease', because: 'lost-after-last-byte', replyCode: null };
  if (result.kind !== 'deferred') return undefined;
  const { because } = result;
  const news = { because, replyCode: result.replyCode ?? null };
  if (because === 'server-unreachable') return { kind: 'unreachable', ...news };
  if (because === 'connection-lost') return { kind: 'ease', ...news };
  if (because !== 'server-asked-to-wait') return undefined; // of our own making, or the name servers'
  // RFC 5321 §4.2.2: 421 is about the server. No host: it was said before there was a recipient.
  if (result.replyCode === 421 || result.host === undefined) return { kind: 'rest', ...news };
  return isAboutPace(result) ? { kind: 'ease', ...news } : { kind: 'well' };
}

/** RFC 3463 §3.8: X.7.x is policy; 450 without a status is how servers greylist and slow down. 4.2.2 and the like are one mailbox. */
function isAboutPace({ replyCode, status }: AttemptResult): boolean {
  return status?.startsWith('4.7.') === true || replyCode === 450;
}
