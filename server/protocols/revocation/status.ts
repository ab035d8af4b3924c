/** What an issuer says of a certificate. */
export type RevocationStatus =
  | {
      readonly status: 'good';
      /** When to ask again at the latest; null: it does not say. */ readonly until: Date | null;
    }
  | { readonly status: 'on-hold' } // not to be used, until its issuer says otherwise
  | { readonly status: 'revoked' }
  | { readonly status: 'unknown' };

export const unknown: RevocationStatus = { status: 'unknown' };

const skewMs = 5 * 60_000;
/** How long an answer without an end counts. */
const openEndedMs = 24 * 3_600_000;

/** Whether an answer was made already and still counts. */
export function isFresh(thisUpdate: Date, nextUpdate: Date | null, now: Date): boolean {
  const end = nextUpdate?.getTime() ?? thisUpdate.getTime() + openEndedMs;
  return thisUpdate.getTime() <= now.getTime() + skewMs && end > now.getTime();
}
