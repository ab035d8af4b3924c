import {
  validateCertificate,
  type CertificateProblem,
  type ValidateOptions,
} from './validate-certificate.ts';
import type { Capabilities, Certificate, ReadSignature } from '../cms/index.ts';
import type { Layer } from './open-layers.ts';

export type SignerVerdict =
  | 'valid' // intact, by a trusted certificate that speaks for the From that is shown
  | 'other-address' // intact and trusted, but the certificate is somebody else's
  | 'untrusted' // intact, but the certificate does not hold: `problem` says why
  | 'unverified' // the certificate is not here, or the algorithm is not implemented
  | 'invalid'; // not what was signed, or signed in a way that proves nothing

export interface Signer {
  readonly verdict: SignerVerdict;
  readonly problem: CertificateProblem | null;
  readonly certificate: Certificate | null;
  /** As claimed by the signer; null when not intact. */
  readonly signingTime: Date | null;
  /** What can be encrypted to the signer; null when not intact. */
  readonly capabilities: Capabilities | null;
}

export interface Trust extends Omit<ValidateOptions, 'use' | 'at'> {
  /** When the message came. */
  readonly receivedAt: Date;
}

const day = 86_400_000;
/** A message is on its way this long at most; a clock is wrong this much at most. */
const tolerance = { before: 7 * day, after: day };

/** Whether the time that a signer claims can be the time at which he signed what came at `receivedAt`. */
export function isPlausible(signingTime: Date, receivedAt: Date): boolean {
  const age = receivedAt.getTime() - signingTime.getTime();
  return age <= tolerance.before && age >= -tolerance.after;
}

/** What the signatures of a layer are worth, whoever the From is: `valid` is decided where the From is known. */
export function judgeSigners(layer: Layer & { readonly kind: 'signed' }, trust: Trust): Signer[] {
  return layer.signatures.map((signature) => judge(signature, layer.certificates, trust));
}

function judge(signature: ReadSignature, certificates: readonly Certificate[], trust: Trust): Signer {
  const { state, certificate, signingTime, capabilities } = signature;
  const signer = (verdict: SignerVerdict, problem: CertificateProblem | null = null): Signer => ({
    verdict,
    problem,
    certificate,
    signingTime,
    capabilities,
  });
  if (state === 'no-certificate' || state === 'unsupported') return signer('unverified');
  if (state !== 'intact' || certificate === null) return signer('invalid');
  // An old date is the signer's own claim: one who has an expired certificate's key could write any.
  const at =
    signingTime !== null && isPlausible(signingTime, trust.receivedAt) ? signingTime : trust.receivedAt;
  const validated = validateCertificate(certificate, {
    ...trust,
    intermediates: [...certificates, ...(trust.intermediates ?? [])],
    at,
    use: 'sign',
  });
  return validated.ok ? signer('valid') : signer('untrusted', validated.problem);
}
