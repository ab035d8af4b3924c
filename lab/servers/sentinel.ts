/** What a recipient's local part asks a server of the lab to do. */
export type Sentinel =
  | { kind: 'refuse-recipient'; code: number }
  | { kind: 'refuse-message'; code: number } // after DATA; it is not kept
  | { kind: 'hang-up'; storing: 'before' | 'after'; always: boolean }; // no answer after DATA

/**
 * Reads the sentinels, which work at every domain of the lab:
 * `bounces-550`, `bounces-451`, … refuse the recipient with that code;
 * `rejects-554`, … refuse the message;
 * `hangs-up-before-storing` loses the message and `hangs-up-after-storing` keeps it, both
 * without an answer, once a message, or every time with `-always` at the end.
 * More may follow after a plus sign.
 */
export function readSentinel(address: string): Sentinel | null {
  const local = address.slice(0, address.lastIndexOf('@')).split('+')[0]?.toLowerCase() ?? '';
  const refused = /^(?<what>bounces|rejects)-(?<code>[45]\d\d)$/.exec(local)?.groups;
  if (refused !== undefined) {
    return {
      kind: refused['what'] === 'bounces' ? 'refuse-recipient' : 'refuse-message',
      code: Number(refused['code']),
    };
  }
  const hangUp = /^hangs-up-(?<storing>before|after)-storing(?<always>-always)?$/.exec(local)?.groups;
  if (hangUp === undefined) return null;
  return {
    kind: 'hang-up',
    storing: hangUp['storing'] === 'before' ? 'before' : 'after',
    always: hangUp['always'] !== undefined,
  };
}
