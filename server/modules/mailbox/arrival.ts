import { describeOpened, type OpenedFinding, type OpenedWords } from '#modules/protection/index.ts';
import type { QuarantineReason } from '#contract/quarantine.ts';

/** How a message came into the account. Codes and versions only: stored in the clear. */
export type Arrival =
  | {
      readonly how: 'smtp'; // another mail server
      readonly tls: { readonly version: string; readonly cipher: string } | null;
      /** What was found when it was opened, if it was signed or encrypted. */
      readonly opened?: OpenedFinding;
      /** It was in quarantine until a person released it. */
      readonly heldBack?: { readonly reason: QuarantineReason; readonly since: string };
    }
  | { readonly how: 'internal' } // a colleague on this server
  | { readonly how: 'portal' } // the sender was signed in to the portal
  | { readonly how: 'system' }; // carepost itself

/** What a reader is told about an arrival. */
export interface ArrivalWords {
  readonly how: Arrival['how'];
  /** Whether the last step to us was encrypted. Says nothing about the steps before. */
  readonly encrypted: boolean;
  readonly words: string;
  /** What its signature and encryption are worth, if it has any. */
  readonly opened?: readonly OpenedWords[];
}

export function describeArrival(arrival: Arrival): ArrivalWords {
  switch (arrival.how) {
    case 'smtp': {
      const released = arrival.heldBack === undefined ? '' : heldBackWords[arrival.heldBack.reason];
      const opened = arrival.opened === undefined ? {} : { opened: describeOpened(arrival.opened) };
      return arrival.tls === null
        ? {
            ...opened,
            how: 'smtp',
            encrypted: false,
            words: `Came over a connection that was not encrypted${released}`,
          }
        : {
            ...opened,
            how: 'smtp',
            encrypted: true,
            words: `Came over an encrypted connection (${readable(arrival.tls.version)})${released}`,
          };
    }
    case 'internal':
      return { how: 'internal', encrypted: true, words: 'Stayed on this server' };
    case 'portal':
      return { how: 'portal', encrypted: true, words: 'Written in the secure portal' };
    case 'system':
      return { how: 'system', encrypted: true, words: 'Written by this server' };
  }
}

const heldBackWords = {
  virus: '; held back because of a virus, and released by an administrator',
  authentication: '; held back because its sender could not be confirmed, and released by an administrator',
} as const satisfies Record<QuarantineReason, string>;

/** 'TLSv1.3', as Node names it, in words. */
function readable(version: string): string {
  return version.replace(/^TLSv/, 'TLS ');
}
