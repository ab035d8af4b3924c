import type { Protection, TlsEvidence } from '#contract/protection.ts';
import { isWeaker } from './connection-proof.ts';
import { hostsThatWouldBeUsed } from './gather-evidence.ts';

/** What TLS to a domain is worth now. */
export type TlsLevel =
  | {
      readonly level: Extract<Protection, 'tls-dane' | 'tls-sts' | 'tls-verified' | 'tls-opportunistic'>;
      readonly remembered: boolean;
    }
  | { readonly level: 'none'; readonly because: NoTlsReason };

export type NoTlsReason =
  | NonNullable<TlsEvidence['problem']>
  | 'worse-than-before' // weaker than this domain has shown itself to be
  | 'dane-mismatch' // signed DNS names another certificate
  | 'dane-gone' // signed DNS proved its servers lately, and no longer does
  | 'outdated'
  | 'unencrypted';

/**
 * Reads evidence as a level of protection. The two scales meet here and nowhere else. Servers that
 * only do not answer keep the level that they proved before: it is proven again before anything is sent.
 */
export function tlsLevelOf(evidence: TlsEvidence): TlsLevel {
  const { problem, connection, seenBefore } = evidence;
  if (problem !== null) {
    const silent = problem === 'no-answer' || problem === 'dns-failed';
    if (silent && seenBefore?.connection === 'authenticated')
      return { level: 'tls-verified', remembered: true };
    return { level: 'none', because: problem };
  }
  const used = hostsThatWouldBeUsed(evidence.hosts);
  if (used.some(({ dane }) => dane === 'mismatch')) return { level: 'none', because: 'dane-mismatch' };
  const byDane = used.length > 0 && used.every(({ dane }) => dane === 'proven');
  // Where this server cannot validate, their records were not looked for: nothing was taken back.
  if (seenBefore?.dane === true && !byDane && evidence.daneOff === undefined)
    return { level: 'none', because: 'dane-gone' };
  if (seenBefore !== null && isWeaker(connection, seenBefore.connection))
    return { level: 'none', because: 'worse-than-before' };
  switch (connection) {
    case 'authenticated':
      return {
        level: byDane ? 'tls-dane' : evidence.mxProof === 'mta-sts' ? 'tls-sts' : 'tls-verified',
        remembered: false,
      };
    case 'encrypted':
      return { level: 'tls-opportunistic', remembered: false };
    case 'none':
      return {
        level: 'none',
        because: evidence.hosts.some((host) => host.outcome === 'tls-failed') ? 'outdated' : 'unencrypted',
      };
  }
}
