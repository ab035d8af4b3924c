/** A policy as the domain published it (RFC 8461 §3.2). */
export interface StsPolicy {
  mode: StsMode;
  /** Host names, or `*.` and a name, in lower case. Empty in mode `none` only. */
  mx: string[];
  /** Seconds for which it holds from when it was fetched; at most 31,557,600 (a year). */
  maxAge: number;
}

export type StsMode =
  | 'enforce' // mail goes to the named servers, over proven TLS, or waits
  | 'testing' // nothing is blocked, and nothing is proven
  | 'none'; // no policy any more

export type ParsedPolicy = { kind: 'policy'; policy: StsPolicy } | { kind: 'malformed'; because: string };

/** Largest policy read, bytes (RFC 8461 §3.3 suggests this limit). */
export const maxPolicySize = 64 * 1024;

const maxAgeLimit = 31_557_600;
const mxPattern =
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads the body of `https://mta-sts.<domain>/.well-known/mta-sts.txt`. Unknown fields are passed over (RFC 8461 §3.2). */
export function parseStsPolicy(text: string): ParsedPolicy {
  const fields = readFields(text);
  if (fields === null) return malformed('a line without a colon');
  const first = (name: string) => fields.find((field) => field.name === name)?.value; // §3.2: later duplicates do not count
  if (first('version') !== 'STSv1') return malformed('no version STSv1');
  const mode = first('mode');
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return malformed('no valid mode');
  const maxAge = first('max_age') ?? '';
  if (!/^\d{1,10}$/.test(maxAge)) return malformed('no valid max_age');
  const mx = fields.filter((field) => field.name === 'mx').map((field) => field.value.toLowerCase());
  if (mx.length === 0 && mode !== 'none') return malformed('no mx');
  if (!mx.every((pattern) => mxPattern.test(pattern))) return malformed('an mx that is no host name');
  return { kind: 'policy', policy: { mode, mx, maxAge: Math.min(Number(maxAge), maxAgeLimit) } };
}

function readFields(text: string): { name: string; value: string }[] | null {
  const fields: { name: string; value: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) return null;
    fields.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
  }
  return fields;
}

function malformed(because: string): ParsedPolicy {
  return { kind: 'malformed', because };
}
