import { domainOf } from '#protocols/mime/index.ts';
import type { SenderFindings } from './check-sender.ts';

/** How the author of a message is proven. */
export type Proof =
  | 'policy' // by what its domain publishes (DMARC)
  | 'same-domain' // its domain publishes no policy, but signed the message or named the server that sent it
  | 'sealer'; // a server that the organisation trusts saw it proven, before the message was changed

/** Why an author is not proven. */
export type Doubt =
  | 'no-author'
  | 'several-authors'
  | 'contradicted' // its domain says how its mail is proven, and this is not
  | 'unproven' // nothing speaks for it
  | 'unknown'; // the DNS did not answer

/** What was found out about who wrote: codes only, no name. What names there are stands in the message itself. */
export type SenderCodes = {
  readonly proof: Proof | null;
  readonly doubt: Doubt | null;
  readonly spf: SenderFindings['spf']['verdict'];
  /** Of each signature, from the top. */
  readonly dkim: readonly SenderFindings['dkim'][number]['verdict'][];
  readonly dmarc: NonNullable<SenderFindings['dmarc']>['verdict'] | 'permerror';
  /** What the domain asks for; null when it says nothing. */
  readonly policy: NonNullable<SenderFindings['dmarc']>['policy'];
  readonly arc: SenderFindings['arc']['verdict'];
};

/**
 * Whether it is proven who stands in the envelope: their domain named the server that sent it, or signed it, or is the
 * author's and proven as such. Nobody else is told of mail in reports that they did not send.
 */
export function isProvenSender({ author, spf, dkim, dmarc }: SenderFindings, mailFrom: string): boolean {
  const domain = domainOf(mailFrom);
  if (domain === null) return false;
  if (spf.verdict === 'pass' && spf.identity === 'mailfrom') return true;
  if (dkim.some((each) => each.verdict === 'pass' && !each.testing && each.domain?.toLowerCase() === domain))
    return true;
  return dmarc?.verdict === 'pass' && author.kind === 'domain' && author.domain === domain;
}

export function senderCodes(findings: SenderFindings): SenderCodes {
  const { spf, dkim, dmarc, arc, author } = findings;
  const proof = proofOf(findings);
  return {
    proof,
    doubt: proof === null ? doubtOf(findings) : null,
    spf: spf.verdict,
    dkim: dkim.map(({ verdict }) => verdict),
    dmarc: dmarc?.verdict ?? (author.kind === 'absent' ? 'none' : 'permerror'),
    policy: dmarc?.policy ?? null,
    arc: arc.verdict,
  };
}

function proofOf({ author, spf, dkim, dmarc, vouched }: SenderFindings): Proof | null {
  if (dmarc?.verdict === 'pass') return 'policy';
  if (author.kind !== 'domain') return null;
  const isOwn = (domain: string | null) => domain?.toLowerCase() === author.domain;
  const isNamed = spf.verdict === 'pass' && spf.identity === 'mailfrom' && isOwn(spf.domain);
  const isSigned = dkim.some(
    ({ verdict, domain, testing }) => verdict === 'pass' && !testing && isOwn(domain),
  );
  if (dmarc?.verdict === 'none' && (isNamed || isSigned)) return 'same-domain';
  return vouched ? 'sealer' : null;
}

function doubtOf({ author, spf, dkim, dmarc }: SenderFindings): Doubt {
  if (author.kind === 'absent') return 'no-author';
  if (author.kind !== 'domain') return 'several-authors';
  if (dmarc?.verdict === 'fail') return 'contradicted';
  const isUnknown = [dmarc?.verdict, spf.verdict, ...dkim.map(({ verdict }) => verdict)].includes(
    'temperror',
  );
  return isUnknown ? 'unknown' : 'unproven';
}
