/** A TLSA record as it stands in the DNS (RFC 6698 §2.1). */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Buffer;
}

/** What of a record can be acted upon (RFC 7672 §3.1). */
export interface UsableRecord {
  readonly usage:
    | 'dane-ta' // 2: an authority of the domain's own choice
    | 'dane-ee'; // 3: the server's own certificate or key
  readonly selector: 'certificate' | 'key';
  readonly matching: 'full' | 'sha-256' | 'sha-512';
  readonly data: Buffer;
}

const usages: Partial<Record<number, UsableRecord['usage']>> = { 2: 'dane-ta', 3: 'dane-ee' };
const selectors: Partial<Record<number, UsableRecord['selector']>> = { 0: 'certificate', 1: 'key' };
const matchings: Partial<Record<number, UsableRecord['matching']>> = {
  0: 'full',
  1: 'sha-256',
  2: 'sha-512',
};
const digestLength = { 'sha-256': 32, 'sha-512': 64 } as const;

/** The record in our words; null when it is unusable: PKIX usages (RFC 7672 §3.1.3), unknown numbers, a digest of the wrong length. */
export function readTlsaRecord({ usage, selector, matchingType, data }: TlsaRecord): UsableRecord | null {
  const read = {
    usage: usages[usage],
    selector: selectors[selector],
    matching: matchings[matchingType],
  };
  if (read.usage === undefined || read.selector === undefined || read.matching === undefined) return null;
  const fits = read.matching === 'full' ? isDer(data) : data.length === digestLength[read.matching];
  return fits ? { usage: read.usage, selector: read.selector, matching: read.matching, data } : null;
}

/** One DER SEQUENCE and nothing behind it. */
function isDer(data: Buffer): boolean {
  if (data.length < 4 || data[0] !== 0x30) return false;
  const first = data[1] ?? 0;
  if (first < 0x80) return data.length === 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4 || data.length < 2 + octets) return false;
  return data.length === 2 + octets + data.readUIntBE(2, octets);
}

/**
 * The records to be acted upon. Of several digests of one usage and selector only the strongest counts, so that a
 * weak one proves nothing where a strong one is published (RFC 7671 §9); `full` is no digest and always counts.
 */
export function usableRecords(records: readonly TlsaRecord[]): UsableRecord[] {
  const usable = records.flatMap((record) => readTlsaRecord(record) ?? []);
  return usable.filter(
    (record) =>
      record.matching !== 'sha-256' ||
      !usable.some(
        ({ usage, selector, matching }) =>
          matching === 'sha-512' && usage === record.usage && selector === record.selector,
      ),
  );
}

/** As in a zone file: `3 1 1 8f…`. */
export function formatTlsaRecord({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${data.toString('hex')}`;
}
