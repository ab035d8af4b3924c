import type { ArcSet } from '#protocols/arc/index.ts';
import { readAuthenticationResults } from '#protocols/authentication-results/index.ts';

/**
 * Whether the first of the last sealers that are trusted without a gap saw the author proven (RFC 8617 §7.2). Who
 * sealed after a trusted one could have changed the message, so one that is not trusted ends it. `sets` are those of
 * a chain that holds.
 */
export function sealerVouches(
  sets: readonly ArcSet[],
  trusted: ReadonlySet<string>,
  authorDomain: string,
): boolean {
  const firstTrusted = sets.findLastIndex(({ seal }) => !trusted.has(seal.signer.domain)) + 1;
  const set = sets[firstTrusted];
  const results = set === undefined ? null : readAuthenticationResults(set.results.value);
  return (
    results?.results.some(({ method, result, properties }) => {
      const from = properties.find(({ type, name }) => type === 'header' && name === 'from')?.value;
      return (
        method === 'dmarc' && result === 'pass' && (from === undefined || from.toLowerCase() === authorDomain)
      );
    }) ?? false
  );
}
