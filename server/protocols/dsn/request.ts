/** What a report can be about (RFC 3461 §4.1). */
export type NotifyWord = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/** What the sender of a message asked of reports about one recipient (RFC 3461 §4). */
export interface DsnRequest {
  /** Null: not said. */
  readonly notify: readonly NotifyWord[] | null;
  readonly originalRecipient: { readonly type: string; readonly address: string } | null;
  /** What a report of failure gives back. Null: not said; the header. */
  readonly ret: 'FULL' | 'HDRS' | null;
  /** The sender's own name for the envelope, decoded. */
  readonly envelopeId: string | null;
}

/** Whether a report is wanted. Who said nothing hears of failure and delay, and not of success (RFC 3461 §4.1). */
export function wantsReport(
  request: Pick<DsnRequest, 'notify'> | null,
  of: Exclude<NotifyWord, 'NEVER'>,
): boolean {
  const notify = request?.notify ?? null;
  return notify === null ? of !== 'SUCCESS' : notify.includes(of);
}
