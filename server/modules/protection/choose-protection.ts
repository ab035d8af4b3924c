import { isAtLeast, type Floor, type TlsEvidence } from '#contract/protection.ts';
import type { AddressProblem, Candidate, RecipientChoice } from './choice.ts';
import { tlsLevelOf, type TlsLevel } from './tls-level.ts';
import type { RecipientKeys } from './keys/usable-keys.ts';
import {
  addressProblemWords,
  daneMissing,
  directWords,
  keyNeedsTls,
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
  /** The sender asked for what a key cannot give: taking back, or servers that are proven all the way. */
  readonly withoutKeys?: boolean;
}

/** For everybody of whom no key is known. */
const noKeys: RecipientKeys = {
  openpgp: { usable: false, because: 'No key of theirs is known.' },
  smime: { usable: false, because: 'No certificate of theirs is known.' },
};

/**
 * A trusted key of the recipient, else the best TLS at or above the floor, else the portal. What is encrypted to a
 * key needs TLS all the same, of whatever kind: who writes to whom is not for everybody on the way.
 */
export function chooseOutside(
  evidence: TlsEvidence,
  demand: Demand,
  keys: RecipientKeys = noKeys,
): DomainChoice {
  const tls = tlsLevelOf(evidence);
  const candidates: Candidate[] = [
    { protection: 'internal', possible: false, because: 'Not a mailbox on this server.' },
    { protection: 'sealed', possible: false, because: 'No key of theirs is known.' },
    keyCandidate('openpgp', keys, tls, demand),
    keyCandidate('smime', keys, tls, demand),
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
  const used =
    direct?.protection === 'openpgp' || direct?.protection === 'smime' ? keys[direct.protection] : null;
  const problem =
    evidence.problem === 'no-such-domain' || evidence.problem === 'takes-no-mail' ? evidence.problem : null;
  return {
    verdict: direct?.protection ?? 'portal',
    reason: direct?.because ?? reasonForPortal(evidence, tls, demand, problem),
    candidates,
    evidence,
    key: used?.usable === true ? used.key : null,
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
    key: null,
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
  return { verdict, reason: because, candidates, evidence: null, key: null, problem: null };
}

function keyCandidate(
  protection: 'openpgp' | 'smime',
  keys: RecipientKeys,
  tls: TlsLevel,
  demand: Demand,
): Candidate {
  const key = keys[protection];
  if (!key.usable) return { protection, possible: false, because: key.because };
  if (demand.withoutKeys === true) return { protection, possible: false, because: demand.because };
  if (tls.level === 'none')
    return { protection, possible: false, because: keyNeedsTls(noTlsReason(tls.because)) };
  return { protection, possible: true, because: key.because };
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
