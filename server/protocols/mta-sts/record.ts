/** What the TXT records at `_mta-sts.<domain>` say. */
export type StsRecord =
  | { kind: 'published'; id: string }
  | { kind: 'absent' }
  | { kind: 'malformed'; because: string }; // counts as absent (RFC 8461 §3.1)

/** Reads the TXT records at `_mta-sts.<domain>`, each with its strings joined. */
export function parseStsRecord(records: readonly string[]): StsRecord {
  const ours = records.filter((record) => /^v=STSv1[ \t]*(;|$)/.test(record)); // RFC 8461 §3.1: others are not counted
  const [record] = ours;
  if (record === undefined) return { kind: 'absent' };
  if (ours.length > 1) return { kind: 'malformed', because: 'more than one MTA-STS record' };
  const fields = record
    .split(';')
    .slice(1)
    .map((field) => field.trim())
    .filter((field) => field !== '');
  const ids = fields.filter((field) => field.startsWith('id='));
  const id = /^id=([A-Za-z0-9]{1,32})$/.exec(ids[0] ?? '')?.[1];
  if (id === undefined || ids.length > 1)
    return { kind: 'malformed', because: 'no valid id in the MTA-STS record' };
  return { kind: 'published', id };
}
