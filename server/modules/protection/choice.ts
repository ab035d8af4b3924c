import type { KeyEvidence, Protection, TlsEvidence } from '#contract/protection.ts';

/** One protection that was weighed. */
export interface Candidate {
  readonly protection: Protection;
  /** It could be taken for this message. */
  readonly possible: boolean;
  /** One plain sentence. */
  readonly because: string;
}

/** What a sender should look at before sending: nothing will arrive. */
export type AddressProblem =
  | 'unknown-here' // a domain of ours, and nobody with this address
  | 'no-such-domain'
  | 'takes-no-mail';

/** How content will be kept from others on the way to one recipient, and why so. */
export interface RecipientChoice {
  /** As it was given. */
  readonly address: string;
  readonly verdict: Protection;
  /** In plain words, for the sender. */
  readonly reason: string;
  /** Every protection, strongest first. */
  readonly candidates: readonly Candidate[];
  /** Null where no server of others is involved. */
  readonly evidence: TlsEvidence | null;
  /** The key that the message is encrypted to; null where it goes another way. */
  readonly key: KeyEvidence | null;
  readonly problem: AddressProblem | null;
}
