import { isAtLeast, type Floor, type TlsEvidence } from '#contract/protection.ts';
import type { AddressProblem, Candidate, RecipientChoice } from './choice.ts';
import { tlsLevelOf, type TlsLevel } from './tls-level.ts';
import {
  addressProblemWords,
  daneMissing,
  directWords,
  noTlsReason,
  pickUpReason,
  unprovenReason,
} from './words.ts';

/** The choice for everybody at one domain: what is left to add is the address. */
export type DomainChoice = Omit<RecipientChoice, 'address'>;

/** What a message demands of every recipient's protection. */
export interface Demand {
  readonly floor: Floor;
  /** One plain sentence: who demands it. */
  readonly because: string;
}

/**
 * The best TLS at or above the floor, else the portal. Keys of recipients come first once there is a
 * directory of them; until then those candidates say that none is known.
 */
export function chooseOutside(evidence: TlsEvidence, demand: Demand): DomainChoice {
  const tls = tlsLevelOf(evidence);
  const candidates: Candidate[] = [
    { protection: 'internal', possible: false, because: 'Not a mailbox on this server.' },
    { protection: 'sealed', possible: false, because: 'No key of theirs is known.' },
    { protection: 'openpgp', possible: false, because: 'No key of theirs is known.' },
    { protection: 'smime', possible: false, because: 'No certificate of theirs is known.' },
    {
      protection: 'portal',
      possible: true,
      because: 'Always possible: they get a notice and read the message here.',
    },
    tlsCandidate('tls-dane', evidence, tls, demand),
    tlsCandidate('tls-sts', evidence, tls, demand),
    tlsCandidate('tls-verified', evidence, tls, demand),
    tlsCandidate('tls-opportunistic', evidence, tls, demand),
    {
      protection: 'cleartext',
      possible: false,
      because: 'This server never chooses to send without encryption.',
    },
  ];
  const direct = candidates.find(({ protection, possible }) => possible && protection !== 'portal');
  const problem =
    evidence.problem === 'no-such-domain' || evidence.problem === 'takes-no-mail' ? evidence.problem : null;
  return {
    verdict: direct?.protection ?? 'portal',
    reason: direct?.because ?? reasonForPortal(evidence, tls, demand, problem),
    candidates,
    evidence,
    problem,
  };
}

/** A mailbox of ours, or an address at a domain of ours that nobody has. */
export function chooseInside(known: boolean): DomainChoice {
  const because = known ? directWords.internal : addressProblemWords['unknown-here'];
  return {
    verdict: 'internal',
    reason: because,
    candidates: [{ protection: 'internal', possible: known, because }],
    evidence: null,
    problem: known ? null : 'unknown-here',
  };
}

/** An address whose mail is passed on to the organisation's own server: over TLS to a proven name, or not at all. */
export function chooseOwnServer(demand: Demand): DomainChoice {
  const direct = isAtLeast('tls-verified', demand.floor);
  const because = direct ? directWords.ownServer : pickUpReason(demand.because);
  const verdict = direct ? 'tls-verified' : 'portal';
  const candidates: Candidate[] = [
    { protection: 'portal', possible: true, because: 'Always possible.' },
    { protection: 'tls-verified', possible: direct, because },
  ];
  return { verdict, reason: because, candidates, evidence: null, problem: null };
}

function reasonForPortal(
  evidence: TlsEvidence,
  tls: TlsLevel,
  demand: Demand,
  problem: AddressProblem | null,
): string {
  if (problem !== null) return addressProblemWords[problem];
  if (demand.floor === 'portal') return demand.because;
  if (tls.level === 'none') return pickUpReason(noTlsReason(tls.because));
  if (tls.level === 'tls-opportunistic') return pickUpReason(unprovenReason(evidence));
  return pickUpReason(demand.because);
}

/** Two scales: `tls-dane` and `tls-sts` ask how the server is known as well, the others how the connection is. */
function tlsCandidate(
  protection: 'tls-dane' | 'tls-sts' | 'tls-verified' | 'tls-opportunistic',
  evidence: TlsEvidence,
  tls: TlsLevel,
  demand: Demand,
): Candidate {
  if (tls.level === 'none') return { protection, possible: false, because: noTlsReason(tls.because) };
  if (protection === 'tls-sts' && tls.level === 'tls-dane' && evidence.mtaSts?.mode !== 'enforce')
    return { protection, possible: false, because: policyMissing(evidence) };
  if (!isAtLeast(tls.level, protection)) {
    const because =
      protection === 'tls-dane'
        ? daneMissing(evidence)
        : protection === 'tls-sts' && tls.level === 'tls-verified'
          ? policyMissing(evidence)
          : unprovenReason(evidence);
    return { protection, possible: false, because };
  }
  if (!isAtLeast(protection, demand.floor)) return { protection, possible: false, because: demand.because };
  return {
    protection,
    possible: true,
    because: tls.remembered ? directWords.remembered : directWords[protection],
  };
}

function policyMissing(evidence: TlsEvidence): string {
  return evidence.mtaSts?.mode === 'testing'
    ? 'Their published policy about mail servers is only in testing, which proves nothing.'
    : 'They publish no policy that says which mail servers are theirs.';
}
