import type { MxProof } from '#contract/protection.ts';
import type { HostTlsa } from './find-tlsa.ts';

/** A server that takes mail for a domain. */
export interface RouteHost {
  readonly host: string;
  /** Of the MX record; lower first. */
  readonly preference: number;
  /** IPv6 and IPv4. */
  readonly addresses: readonly string[];
  /** For SNI, where it is not `host`: the base domain of its TLSA records (RFC 7672 §8.1). */
  readonly tlsName?: string;
  /** What signed DNS says of its certificate, and the names that it may be for; absent where it says nothing. */
  readonly dane?: {
    readonly tlsa: Exclude<HostTlsa, { kind: 'none' }>;
    readonly names: readonly string[];
  };
  /** Absent: the port of all mail servers. */
  readonly port?: number;
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
  | {
      readonly temporary: string;
      /** Servers are known, and none of them may be used as things stand: a policy or signed DNS forbids it. */
      readonly forbidden?: true;
    }
  | { readonly permanent: string };
