import type { MessageId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import {
  HeaderCollector,
  parseHeaderSection,
  readEssentialHeaders,
  type EssentialHeaders,
} from '#protocols/mime/index.ts';
import { messageNotFound } from './errors.ts';
import { findMessage } from './message-store.ts';
import { openMessage, type ReadPorts } from './read-raw.ts';

/** The header section of a stored message. */
export interface StoredHeader {
  /** Its fields byte for byte, without the empty line that ends them. */
  readonly raw: Buffer;
  readonly headers: EssentialHeaders;
}

/**
 * Reads no further than the header, and in the caller's transaction: what runs in one must not open another.
 * Throws MessagesError 'not-found', 'gone'.
 */
export async function readHeader(
  tx: Tx,
  ports: Pick<ReadPorts, 'keyring' | 'blobs'>,
  messageId: MessageId,
): Promise<StoredHeader> {
  const sealed = await findMessage(tx, messageId);
  if (sealed === null) throw messageNotFound();
  const collector = new HeaderCollector();
  for await (const piece of (await openMessage(ports, sealed)).content()) {
    const collected = collector.push(piece);
    if (collected.state === 'complete') return stored(collected.header);
    if (collected.state === 'too-large') break;
  }
  return stored(collector.collected());
}

function stored(raw: Buffer): StoredHeader {
  const parsed = parseHeaderSection(raw);
  const section = parsed.ok ? parsed.section : { fields: [], fieldsEnd: 0, bodyStart: 0 };
  return { raw: raw.subarray(0, section.fieldsEnd), headers: readEssentialHeaders(section) };
}
