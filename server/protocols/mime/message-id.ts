const longest = 998; // RFC 5322 §2.1.1, characters of a line
const most = 200;

/**
 * The Message-IDs in a Message-ID, In-Reply-To or References value (RFC 5322 §3.6.4), without angle
 * brackets, first to last. Text between them, which old programs wrote, is passed over. At most 200:
 * the first, which began the thread, and the last, which are its nearest.
 */
export function parseMessageIds(value: string): string[] {
  const ids: string[] = [];
  for (const [, id = ''] of value.matchAll(/<([^<>\s]+)>/g)) {
    if (id.length <= longest) ids.push(id);
  }
  return ids.length <= most ? ids : [...ids.slice(0, 1), ...ids.slice(1 - most)];
}
