/** What a domain wants done with mail in its name that does not pass (RFC 9989 §4.7 p=). */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

export type Alignment =
  | 'relaxed' // one organisational domain
  | 'strict'; // the very same name

/** Where reports go. */
export interface ReportUri {
  readonly uri: string;
  /** The address of a `mailto:`; null for other schemes. */
  readonly mailto: string | null;
}

export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  /** sp=; null: as `policy`. */
  readonly subdomainPolicy: DmarcPolicy | null;
  /** np=; null: as for other subdomains. */
  readonly nonexistentPolicy: DmarcPolicy | null;
  readonly dkimAlignment: Alignment;
  readonly spfAlignment: Alignment;
  /** t=y: the policy is not to be applied yet. */
  readonly testing: boolean;
  /** Whether the domain is one under which others register: y, n, or not said. */
  readonly publicSuffix: 'y' | 'n' | 'u';
  /** rua=, ruf=: those that can be read. */
  readonly aggregateReports: readonly ReportUri[];
  readonly failureReports: readonly ReportUri[];
  /** fo=. */
  readonly failureOptions: ReadonlySet<'0' | '1' | 'd' | 's'>;
}

/**
 * Reads a TXT record (RFC 9989 §4.7, §4.8). Null when it is no DMARC record, or one that has a policy that cannot be
 * read and no address for reports (§4.10.1): it counts as if it were not there. Tags with a value that they cannot
 * have count as absent; unknown ones, and pct, rf and ri of RFC 7489, are passed over.
 */
export function parseDmarcRecord(text: string): DmarcRecord | null {
  const [version = '', ...parts] = text.split(';');
  if (!/^v[ \t]*=[ \t]*DMARC1[ \t]*$/.test(version)) return null; // first, and case-sensitive
  const tags = readTags(parts);
  const aggregateReports = readUris(tags.get('rua'));
  const policies = ['p', 'sp', 'np'].map((tag) => readPolicy(tags.get(tag)));
  const isBroken = policies.includes(undefined);
  if (isBroken && aggregateReports.length === 0) return null;
  const [policy, subdomainPolicy, nonexistentPolicy] = isBroken ? [] : policies;
  return {
    policy: policy ?? 'none',
    subdomainPolicy: subdomainPolicy ?? null,
    nonexistentPolicy: nonexistentPolicy ?? null,
    dkimAlignment: tags.get('adkim')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    spfAlignment: tags.get('aspf')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    testing: tags.get('t')?.toLowerCase() === 'y',
    publicSuffix: readSuffix(tags.get('psd')),
    aggregateReports,
    failureReports: readUris(tags.get('ruf')),
    failureOptions: readOptions(tags.get('fo')),
  };
}

/** Of a tag that is there twice, the first counts. */
function readTags(parts: readonly string[]): Map<string, string> {
  const tags = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (!tags.has(name)) tags.set(name, part.slice(equals + 1).trim());
  }
  return tags;
}

/** Null when absent, undefined when it is none. */
function readPolicy(value: string | undefined): DmarcPolicy | null | undefined {
  if (value === undefined) return null;
  const policy = value.toLowerCase();
  return policy === 'none' || policy === 'quarantine' || policy === 'reject' ? policy : undefined;
}

function readSuffix(value: string | undefined): 'y' | 'n' | 'u' {
  const flag = value?.toLowerCase();
  return flag === 'y' || flag === 'n' ? flag : 'u';
}

function readOptions(value = '0'): ReadonlySet<'0' | '1' | 'd' | 's'> {
  const known = ['0', '1', 'd', 's'] as const;
  const asked = new Set(
    value
      .toLowerCase()
      .split(':')
      .map((option) => option.trim()),
  );
  return new Set(known.filter((option) => asked.has(option)));
}

/** URIs with commas between (§4.6). A size after `!` was in RFC 7489 and is dropped. */
function readUris(value = ''): ReportUri[] {
  return value.split(',').flatMap((text): ReportUri[] => {
    const [uri = ''] = text.trim().split('!', 1);
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/.test(uri)) return [];
    const [, encoded] = /^mailto:([^?#]+)/i.exec(uri) ?? [];
    if (encoded === undefined) return /^mailto:/i.test(uri) ? [] : [{ uri, mailto: null }];
    const mailto = decoded(encoded);
    return mailto === null || !/^[^@\s]+@[^@\s]+$/.test(mailto) ? [] : [{ uri, mailto }];
  });
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
