import type { DnsAnswer, MxAnswer } from '#platform/dns/index.ts';
import { parseTagList } from '#protocols/dkim/index.ts';

/** What the DNS says of a record that is wanted. */
export type DnsFinding =
  | 'right'
  | 'missing'
  | 'different' // there is one, and it says something else
  | 'unavailable'; // nobody could say just now

/** A key's record: its `p=` must be ours, whatever stands beside it. */
export function findKeyRecord(answer: DnsAnswer<string>, wanted: string): DnsFinding {
  return judge(
    answer,
    (record) => publicKeyOf(record) === publicKeyOf(wanted),
    (record) => /\bp\s*=/.test(record),
  );
}

function publicKeyOf(record: string): string | undefined {
  return parseTagList(record)?.get('p')?.replaceAll(/\s/g, '');
}

/** Whether the domain's SPF lets its own mail server send: by `mx`, by name, or by a record of somebody else. */
export function findSpf(answer: DnsAnswer<string>, hostname: string): DnsFinding {
  const names = (record: string) =>
    record
      .toLowerCase()
      .split(/\s+/)
      .some(
        (term) =>
          /^\+?mx$/.test(term) ||
          term.replace(/^\+/, '') === `a:${hostname.toLowerCase()}` ||
          /^\+?(?:include:|ip[46]:)/.test(term),
      );
  return judge(answer, names, (record) => /^v=spf1(?:\s|$)/i.test(record));
}

export function findDmarc(answer: DnsAnswer<string>): DnsFinding {
  const isRecord = (record: string) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(record);
  return judge(answer, isRecord, isRecord);
}

/** Whether mail for the domain comes to this server. */
export function findMx(answer: MxAnswer, hostname: string): DnsFinding {
  if (answer.kind === 'temporary') return 'unavailable';
  if (answer.kind !== 'found') return 'missing';
  const ours = hostname.toLowerCase();
  return answer.records.some(({ exchange }) => exchange.toLowerCase().replace(/\.$/, '') === ours)
    ? 'right'
    : 'different';
}

function judge(
  answer: DnsAnswer<string>,
  isRight: (record: string) => boolean,
  counts: (record: string) => boolean,
): DnsFinding {
  if (answer.kind === 'temporary') return 'unavailable';
  const records = answer.kind === 'found' ? answer.records.filter(counts) : [];
  const [record] = records;
  if (record === undefined) return 'missing';
  return records.length === 1 && isRight(record) ? 'right' : 'different';
}
