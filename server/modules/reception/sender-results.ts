import {
  writeAuthenticationResults,
  type MethodResult,
  type Property,
} from '#protocols/authentication-results/index.ts';
import type { DkimResult } from '#protocols/dkim/index.ts';
import type { SenderFindings } from './check-sender.ts';

export interface Writer {
  /** Our name. */
  readonly hostname: string;
  readonly mailFrom: string;
  readonly helo: string;
}

/** The value of our Authentication-Results field (RFC 8601): all that was found, once, under our name. */
export function senderResults(findings: SenderFindings, { hostname, mailFrom, helo }: Writer): string {
  const { spf, dkim, dmarc, arc, vouched } = findings;
  const spfResult: MethodResult = {
    method: 'spf',
    result: spf.verdict,
    reason: spf.mechanism === null ? null : `matched ${spf.mechanism}`,
    properties: [mailFrom === '' ? property('smtp.helo', helo) : property('smtp.mailfrom', mailFrom)],
  };
  const policy = dmarc?.policy === null || dmarc === null ? null : `p=${dmarc.policy}`;
  const overridden = vouched && dmarc?.verdict !== 'pass' ? 'a trusted sealer vouches' : null;
  const results: MethodResult[] = [
    spfResult,
    ...(dkim.length === 0 ? [unsigned] : dkim.map(dkimResult)),
    {
      method: 'dmarc',
      result: dmarc?.verdict ?? (findings.author.kind === 'absent' ? 'none' : 'permerror'),
      reason: [policy, overridden].filter((each) => each !== null).join('; ') || null,
      properties: dmarc === null ? [] : [property('header.from', dmarc.authorDomain)],
    },
  ];
  if (arc.verdict !== 'none') {
    const sealer = arc.sets.at(-1)?.seal.signer.domain;
    results.push({
      method: 'arc',
      result: arc.verdict,
      reason: arc.reason ?? (sealer === undefined ? null : `sealed by ${sealer}`),
      properties: [],
    });
  }
  return writeAuthenticationResults({ serviceId: hostname, results });
}

const unsigned: MethodResult = { method: 'dkim', result: 'none', reason: null, properties: [] };

function dkimResult({
  verdict,
  reason,
  domain,
  selector,
  algorithm,
  signaturePrefix,
  keyBits,
  testing,
}: DkimResult): MethodResult {
  const words = [
    reason,
    keyBits === null ? null : `${keyBits}-bit key`,
    testing ? 'the domain is testing' : null,
  ];
  return {
    method: 'dkim',
    result: verdict,
    reason: words.filter((each) => each !== null).join('; ') || null,
    properties: [
      ...(domain === null ? [] : [property('header.d', domain)]),
      ...(selector === null ? [] : [property('header.s', selector)]),
      ...(algorithm === null ? [] : [property('header.a', algorithm)]),
      ...(signaturePrefix === '' ? [] : [property('header.b', signaturePrefix)]),
    ],
  };
}

function property(name: `${string}.${string}`, value: string): Property {
  const [type = '', rest = ''] = name.split('.', 2);
  return { type, name: rest, value };
}
