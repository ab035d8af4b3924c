import type { MxProof } from '#contract/protection.ts';

/** A server that takes mail for a domain. */
export interface RouteHost {
  readonly host: string;
  /** Of the MX record; lower first. */
  readonly preference: number;
  /** IPv6 and IPv4. */
  readonly addresses: readonly string[];
}

/** Where mail for a domain goes, best server first; or why nowhere. The reasons are plain sentences. */
export type MailRoute =
  | {
      readonly hosts: readonly RouteHost[];
      /** The same for all domains with the same servers: what is throttled is the provider, not the domain. */
      readonly destinationKey: string;
      readonly mxProof: MxProof;
      /** The policy that limits the servers, if one is in force. */
      readonly mtaSts?: { readonly mode: 'enforce'; readonly id: string };
    }
  | { readonly temporary: string }
  | { readonly permanent: string };
