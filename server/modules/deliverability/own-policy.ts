import { createHash } from 'node:crypto';
import type { StsMode } from '#protocols/mta-sts/index.ts';

/** The MTA-STS policy of a domain of ours. */
export interface OwnPolicy {
  readonly mode: StsMode;
  /** Seconds. */
  readonly maxAge: number;
}

/** Blocks nothing; others' reports say what enforcing would have. */
export const defaultPolicy: OwnPolicy = { mode: 'testing', maxAge: 86_400 };

/** The body that is served (RFC 8461 §3.2). */
export function policyText({ mode, maxAge }: OwnPolicy, mx: readonly string[]): string {
  const lines = ['version: STSv1', `mode: ${mode}`, ...mx.map((host) => `mx: ${host}`), `max_age: ${maxAge}`];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The TXT record at `_mta-sts.<domain>` (RFC 8461 §3.1). The id changes with the text, and only then. */
export function policyRecord(domain: string, text: string): { name: string; value: string } {
  const id = createHash('sha256').update(text).digest('hex').slice(0, 20);
  return { name: `_mta-sts.${domain}`, value: `v=STSv1; id=${id};` };
}

/** The TXT record at `_smtp._tls.<domain>` (RFC 8460 §3). */
export function reportRecord(domain: string, publicUrl: string): { name: string; value: string } {
  const https = publicUrl.startsWith('https://') ? `,${publicUrl}/api/v1/tls-reports/${domain}` : '';
  return { name: `_smtp._tls.${domain}`, value: `v=TLSRPTv1; rua=mailto:tls-reports@${domain}${https}` };
}
