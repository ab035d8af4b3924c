import type { MessageId } from '#contract/ids.ts';
import type { BlobStore } from '#platform/blobs/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { sealWith } from '#platform/keyring/aead.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import {
  tokenizeText,
  type BodyDigest,
  type EssentialHeaders,
  type MessageParser,
} from '#protocols/mime/index.ts';
import { sealedAs } from './content-names.ts';
import { insertDigest } from './digest-store.ts';
import { MessagesError } from './errors.ts';
import { headersOf } from './read-content.ts';
import { gather, openMessage, type OpenedMessage } from './read-raw.ts';

/** Distinct words of one message that can be found: subject and people first, then the text from its beginning. */
export const tokenLimit = 1000;

export interface IndexPorts {
  readonly keyring: Keyring;
  readonly blobs: BlobStore;
  readonly parser: MessageParser;
  readonly log: Logger;
}

/**
 * Subscriber of messageStored: reads the message once, for its preview and its search tokens. A message
 * that cannot be parsed is found by its header alone.
 */
export async function indexMessage(tx: Tx, ports: IndexPorts, messageId: MessageId): Promise<void> {
  const message = await openUnlessGone(tx, ports, messageId);
  if (message === null) return;
  const raw = await gather(message.content());
  const body = await ports.parser.digest(raw);
  if (body === 'too-busy')
    throw new MessagesError('reading-busy', 'Too many messages are being read just now.');
  if (typeof body === 'string') ports.log.warn('messages.unreadable', { messageId, code: body });
  const digest: BodyDigest = typeof body === 'string' ? { text: '', preview: '', attachments: [] } : body;
  const words = tokenizeText(searchableText(headersOf(raw), digest), tokenLimit);
  await insertDigest(tx, {
    organizationId: message.organizationId,
    messageId,
    preview: sealWith(message.key, sealedAs.preview(message.contentId), Buffer.from(digest.preview)),
    hasAttachment: digest.attachments.length > 0,
    readable: typeof body !== 'string',
    tokens: await ports.keyring.tokenIndex(message.organizationId, words),
  });
}

async function openUnlessGone(
  tx: Tx,
  ports: IndexPorts,
  messageId: MessageId,
): Promise<OpenedMessage | null> {
  try {
    return await openMessage(tx, ports, messageId);
  } catch (error) {
    if (error instanceof MessagesError && error.code === 'gone') return null; // destroyed before it was indexed
    throw error;
  }
}

function searchableText(headers: EssentialHeaders, digest: BodyDigest): string {
  const people = [...headers.from, ...headers.to.slice(0, 50), ...headers.cc.slice(0, 50)];
  return [
    headers.subject,
    ...people.map(({ name, address }) => `${name} ${address}`),
    ...digest.attachments.map(({ filename }) => filename),
    digest.text,
  ].join('\n');
}
