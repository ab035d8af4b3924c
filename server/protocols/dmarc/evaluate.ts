import type { Discovery } from './discover-policy.ts';
import type { Alignment, DmarcPolicy } from './record.ts';
import { organizationalDomain, type DmarcTree } from './tree-walk.ts';

/** An identifier that another check found, and what it found. */
export interface Identifier {
  /** Lower case, A-labels. */
  readonly domain: string;
  readonly verdict: 'pass' | 'temperror' | 'other';
}

export interface DmarcResult {
  readonly verdict:
    | 'pass' // an aligned identifier is proven
    | 'fail'
    | 'none' // the domain publishes nothing
    | 'temperror'; // the DNS could not say just now: nothing may be concluded (RFC 9989 §5.3.2)
  readonly authorDomain: string;
  /** Null when there is no record, or it is unknown. */
  readonly policyDomain: string | null;
  /** What the record asks for, applied or not. */
  readonly policy: DmarcPolicy | null;
  /** t=y: the domain asks that its policy is not applied yet. */
  readonly testing: boolean;
  /** What is to be done by the record alone: less than `policy` where it passed or the domain is testing. */
  readonly disposition: DmarcPolicy;
  /** What proved it. */
  readonly alignedSpf: boolean;
  readonly alignedDkim: boolean;
}

export interface Checked {
  /** Null: there was no domain to check. */
  readonly spf: Identifier | null;
  readonly dkim: readonly Identifier[];
}

/** Whether who stands in From is proven (RFC 9989 §4.4, §5.3). Asks the DNS only where names differ. */
export async function evaluateDmarc(discovery: Discovery, { spf, dkim }: Checked): Promise<DmarcResult> {
  const { authorDomain } = discovery;
  const nothing = {
    authorDomain,
    policyDomain: null,
    policy: null,
    testing: false,
    disposition: 'none',
    alignedSpf: false,
    alignedDkim: false,
  } as const;
  if (discovery.kind === 'none') return { verdict: 'none', ...nothing };
  if (discovery.kind === 'unknown') return { verdict: 'temperror', ...nothing };
  const { tree, record, policy, policyDomain } = discovery;
  const spfState = await stateOf(spf === null ? [] : [spf], authorDomain, record.spfAlignment, tree);
  const dkimState = await stateOf(dkim, authorDomain, record.dkimAlignment, tree);
  const alignedSpf = spfState === 'pass';
  const alignedDkim = dkimState === 'pass';
  const passed = alignedSpf || alignedDkim;
  const isUnknown = !passed && (spfState === 'temperror' || dkimState === 'temperror');
  const verdict = passed ? 'pass' : isUnknown ? 'temperror' : 'fail';
  const { testing } = record;
  const disposition = verdict === 'fail' && !testing ? policy : 'none';
  return { verdict, authorDomain, policyDomain, policy, testing, disposition, alignedSpf, alignedDkim };
}

/** Of the aligned ones the best. What failed for good needs no look at its name. */
async function stateOf(
  identifiers: readonly Identifier[],
  authorDomain: string,
  alignment: Alignment,
  tree: DmarcTree,
): Promise<Identifier['verdict']> {
  let best: Identifier['verdict'] = 'other';
  for (const { domain, verdict } of identifiers) {
    if (verdict === 'other' || best === 'pass') continue;
    if (await isAligned(domain, authorDomain, alignment, tree)) best = verdict;
  }
  return best;
}

async function isAligned(
  domain: string,
  authorDomain: string,
  alignment: Alignment,
  tree: DmarcTree,
): Promise<boolean> {
  if (domain === authorDomain) return true;
  if (alignment === 'strict' || !shareSuffix(domain, authorDomain)) return false;
  const [one, other] = await Promise.all([tree.walk(domain), tree.walk(authorDomain)]);
  return organizationalDomain(domain, one) === organizationalDomain(authorDomain, other);
}

/** Names without even a last label in common cannot be of one organisation. */
function shareSuffix(one: string, other: string): boolean {
  return one.slice(one.lastIndexOf('.')) === other.slice(other.lastIndexOf('.'));
}
