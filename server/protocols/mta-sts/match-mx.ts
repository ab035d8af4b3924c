import type { StsPolicy } from './policy.ts';

/**
 * Whether a policy names a mail server. A leading `*` stands for exactly one label
 * (RFC 8461 §4.1, after RFC 6125 §6.4.3).
 */
export function policyNamesHost(policy: Pick<StsPolicy, 'mx'>, host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, '');
  const parent = wanted.slice(wanted.indexOf('.') + 1);
  return policy.mx.some((pattern) =>
    pattern.startsWith('*.') ? wanted.includes('.') && parent === pattern.slice(2) : wanted === pattern,
  );
}
