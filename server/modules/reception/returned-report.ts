import { isAutomaticReply, readBounce } from '#protocols/bounce/index.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';

/** Octets of a report that are read; what follows is the returned message, which says nothing more. */
const readBytes = 512 * 1024;

/** The beginning of what came to a signed return path, kept in memory until it is read. */
export class ReturnedReport {
  readonly #kept: Buffer[] = [];
  #length = 0;

  /** Copies what it keeps: chunks may be reused by their owner. */
  write(chunk: Buffer): void {
    const part = chunk.subarray(0, readBytes - this.#length);
    if (part.length > 0) this.#kept.push(Buffer.from(part));
    this.#length += part.length;
  }

  beginning(): Buffer {
    return Buffer.concat(this.#kept);
  }
}

/** Whether the beginning of a message says that a machine wrote it about another message. */
export function isReport(raw: Buffer = Buffer.alloc(0)): boolean {
  const header = parseHeaderSection(raw);
  return readBounce(raw) !== null || (header.ok && isAutomaticReply(header.section));
}

/** Whom a report names as not reached, by all the names that it has for them. */
export function failedIn(raw: Buffer = Buffer.alloc(0)): string[] {
  return (readBounce(raw)?.recipients ?? [])
    .filter(({ action }) => action === 'failed')
    .flatMap(({ address, originalAddress }) => [
      address,
      ...(originalAddress === null ? [] : [originalAddress]),
    ]);
}
