/** Where a domain wants reports (RFC 8460 §3), read from the TXT records at `_smtp._tls.<domain>`. */
export interface ReportTargets {
  /** Addresses of `mailto:`. */
  readonly mail: readonly string[];
  /** `https:` URLs. */
  readonly https: readonly string[];
}

const mostTargets = 8;

/** Null: none published, or none that counts. Each record with its strings joined. */
export function parseTlsRptRecord(records: readonly string[]): ReportTargets | null {
  const ours = records.filter((record) => /^v=TLSRPTv1[ \t]*(?:;|$)/.test(record)); // §3: others are not counted
  const [record] = ours;
  if (record === undefined || ours.length > 1) return null;
  const fields = record.split(';').map((field) => field.trim());
  const rua = fields.find((field) => /^rua[ \t]*=/.test(field));
  if (rua === undefined) return null;
  const uris = rua
    .slice(rua.indexOf('=') + 1)
    .split(',')
    .map((uri) => uri.trim())
    .slice(0, mostTargets);
  const mail = uris.flatMap((uri) => mailtoAddress(uri) ?? []);
  const https = uris.filter((uri) => /^https:\/\//i.test(uri) && URL.canParse(uri));
  return mail.length + https.length === 0 ? null : { mail, https };
}

function mailtoAddress(uri: string): string | null {
  const coded = /^mailto:([^?\s]+)/i.exec(uri)?.[1];
  if (coded === undefined) return null;
  try {
    const address = decodeURIComponent(coded);
    return /^[^\s<>,;:"]+@[^\s<>,;:"@]+$/.test(address) ? address : null;
  } catch {
    return null;
  }
}
