import type { Keyring } from '#platform/keyring/keyring.ts';
import type { OrganizationId } from '#contract/ids.ts';

/** Keywords whose meaning is public: stored as they are. RFC 8621 §4.1.1, IANA "IMAP and JMAP Keywords". */
const knownKeywords = new Set([
  '$seen',
  '$draft',
  '$flagged',
  '$answered',
  '$forwarded',
  '$phishing',
  '$junk',
  '$notjunk',
  '$mdnsent',
  '$important',
]);

/** Most keywords of one email. */
export const mostKeywords = 100;

/** RFC 8621 §4.1.1: 1 to 255 printable ASCII characters without those that IMAP reserves; case does not count. */
export function parseKeyword(text: string): string | null {
  return /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]{1,255}$/.test(text) ? text.toLowerCase() : null;
}

/** Keywords as stored: known ones and the keyed index of own ones together; the own ones themselves sealed. */
export interface StoredKeywords {
  readonly keywords: readonly string[];
  readonly ownSealed: Buffer | null;
}

const purpose = 'mailbox.email.keyword';

export async function sealKeywords(
  keyring: Keyring,
  organizationId: OrganizationId,
  keywords: Iterable<string>,
): Promise<StoredKeywords> {
  const all = [...new Set(keywords)].toSorted();
  const own = all.filter((keyword) => !knownKeywords.has(keyword));
  if (own.length === 0) return { keywords: all, ownSealed: null };
  const stored = await Promise.all(all.map((keyword) => storedForm(keyring, organizationId, keyword)));
  return { keywords: stored, ownSealed: await keyring.seal(organizationId, purpose, JSON.stringify(own)) };
}

export async function openKeywords(
  keyring: Keyring,
  organizationId: OrganizationId,
  { keywords, ownSealed }: StoredKeywords,
): Promise<string[]> {
  if (ownSealed === null) return [...keywords];
  const own = JSON.parse(await keyring.openText(organizationId, purpose, ownSealed)) as string[];
  return [...keywords.filter((keyword) => knownKeywords.has(keyword)), ...own];
}

/** What a keyword is in `keywords`: for filters. */
export async function storedForm(
  keyring: Keyring,
  organizationId: OrganizationId,
  keyword: string,
): Promise<string> {
  if (knownKeywords.has(keyword)) return keyword;
  return `~${(await keyring.blindIndex(organizationId, purpose, keyword)).toString('hex')}`;
}
