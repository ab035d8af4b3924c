import { describeOpened, type OpenedFinding, type OpenedWords } from '#modules/protection/index.ts';
import type { QuarantineReason } from '#contract/quarantine.ts';
import type { SenderCodes } from '#modules/reception/index.ts';

/** How a message came into the account. Codes and versions only: stored in the clear. */
export type Arrival =
  | {
      readonly how: 'smtp'; // another mail server
      readonly tls: { readonly version: string; readonly cipher: string } | null;
      /** What was found when it was opened, if it was signed or encrypted. */
      readonly opened?: OpenedFinding;
      /** Who wrote it, as far as that is proven; absent in what came before this was looked at. */
      readonly sender?: SenderCodes;
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
  /** Who wrote it, as far as that is proven; null where that is no question. In codes: the names are the message's own. */
  readonly sender: SenderCodes | null;
}

export function describeArrival(arrival: Arrival): ArrivalWords {
  switch (arrival.how) {
    case 'smtp': {
      const { tls, heldBack, sender = null } = arrival;
      const opened = arrival.opened === undefined ? {} : { opened: describeOpened(arrival.opened) };
      const released = heldBack === undefined ? '' : heldBackWords[heldBack.reason];
      const connection =
        tls === null
          ? 'a connection that was not encrypted'
          : `an encrypted connection (${readable(tls.version)})`;
      const words = `Came over ${connection}${released}`;
      return { ...opened, how: 'smtp', encrypted: tls !== null, words, sender };
    }
    case 'internal':
      return { how: 'internal', encrypted: true, words: 'Stayed on this server', sender: null };
    case 'portal':
      return { how: 'portal', encrypted: true, words: 'Written in the secure portal', sender: null };
    case 'system':
      return { how: 'system', encrypted: true, words: 'Written by this server', sender: null };
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
