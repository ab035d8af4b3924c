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
import type { Digest } from './digest-store.ts';
import { MessagesError } from './errors.ts';
import { headersOf } from './read-content.ts';
import { gather, type OpenedMessage } from './read-raw.ts';

/** Distinct words of one message that can be found: subject and people first, then the text from its beginning. */
const tokenLimit = 1000;

export interface DigestPorts {
  readonly keyring: Keyring;
  readonly parser: MessageParser;
  readonly log: Logger;
}

/** Reads a message once, for its preview and its search tokens. One that cannot be parsed is found by its header alone. */
export async function digestMessage(
  { keyring, parser, log }: DigestPorts,
  message: OpenedMessage,
): Promise<Digest> {
  const { organizationId, messageId } = message;
  const raw = await gather(message.content());
  const body = await parser.digest(raw);
  if (body === 'too-busy')
    throw new MessagesError('reading-busy', 'Too many messages are being read just now.');
  if (typeof body === 'string') log.warn('messages.unreadable', { messageId, code: body });
  const read: BodyDigest = typeof body === 'string' ? { text: '', preview: '', attachments: [] } : body;
  const words = tokenizeText(searchableText(headersOf(raw), read), tokenLimit);
  return {
    organizationId,
    messageId,
    preview: sealWith(message.key, sealedAs.preview(message.contentId), Buffer.from(read.preview)),
    hasAttachment: read.attachments.length > 0,
    readable: typeof body !== 'string',
    tokens: await keyring.tokenIndex(organizationId, words),
  };
}

function searchableText(headers: EssentialHeaders, body: BodyDigest): string {
  const people = [...headers.from, ...headers.to.slice(0, 50), ...headers.cc.slice(0, 50)];
  return [
    headers.subject,
    ...people.map(({ name, address }) => `${name} ${address}`),
    ...body.attachments.map(({ filename }) => filename),
    body.text,
  ].join('\n');
}
