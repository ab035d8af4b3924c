import type { Protection, TlsEvidence } from '#contract/protection.ts';
import { isWeaker } from './connection-proof.ts';

/** What TLS to a domain is worth now. */
export type TlsLevel =
  | {
      readonly level: Extract<Protection, 'tls-sts' | 'tls-verified' | 'tls-opportunistic'>;
      readonly remembered: boolean;
    }
  | { readonly level: 'none'; readonly because: NoTlsReason };

export type NoTlsReason =
  | NonNullable<TlsEvidence['problem']>
  | 'worse-than-before' // weaker than this domain has shown itself to be
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
  if (seenBefore !== null && isWeaker(connection, seenBefore.connection))
    return { level: 'none', because: 'worse-than-before' };
  switch (connection) {
    case 'authenticated':
      return { level: evidence.mxProof === 'mta-sts' ? 'tls-sts' : 'tls-verified', remembered: false };
    case 'encrypted':
      return { level: 'tls-opportunistic', remembered: false };
    case 'none':
      return {
        level: 'none',
        because: evidence.hosts.some((host) => host.outcome === 'tls-failed') ? 'outdated' : 'unencrypted',
      };
  }
}
