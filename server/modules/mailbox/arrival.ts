/** How a message came into the account. Codes and versions only: stored in the clear. */
export type Arrival =
  | { readonly how: 'smtp'; readonly tls: { readonly version: string; readonly cipher: string } | null } // another mail server
  | { readonly how: 'internal' } // a colleague on this server
  | { readonly how: 'portal' } // the sender was signed in to the portal
  | { readonly how: 'system' }; // carepost itself

/** What a reader is told about an arrival. */
export interface ArrivalWords {
  readonly how: Arrival['how'];
  /** Whether the last step to us was encrypted. Says nothing about the steps before. */
  readonly encrypted: boolean;
  readonly words: string;
}

export function describeArrival(arrival: Arrival): ArrivalWords {
  switch (arrival.how) {
    case 'smtp':
      return arrival.tls === null
        ? { how: 'smtp', encrypted: false, words: 'Came over a connection that was not encrypted' }
        : {
            how: 'smtp',
            encrypted: true,
            words: `Came over an encrypted connection (${readable(arrival.tls.version)})`,
          };
    case 'internal':
      return { how: 'internal', encrypted: true, words: 'Stayed on this server' };
    case 'portal':
      return { how: 'portal', encrypted: true, words: 'Written in the secure portal' };
    case 'system':
      return { how: 'system', encrypted: true, words: 'Written by this server' };
  }
}

/** 'TLSv1.3', as Node names it, in words. */
function readable(version: string): string {
  return version.replace(/^TLSv/, 'TLS ');
}
