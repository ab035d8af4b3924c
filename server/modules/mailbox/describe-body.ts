import type { MessageId } from '#contract/ids.ts';
import {
  bodyValue,
  contentOf,
  leavesOf,
  parseHeaderProperty,
  readHeader,
  readHeaders,
  viewBody,
  type Json,
  type JsonObject,
  type MimePart,
} from '#protocols/jmap/index.ts';
import { formatBlobId } from './blob-id.ts';

export interface BodyRequest {
  readonly properties: ReadonlySet<string>;
  readonly bodyProperties: ReadonlySet<string>;
  readonly fetchTextBodyValues: boolean;
  readonly fetchHTMLBodyValues: boolean;
  readonly fetchAllBodyValues: boolean;
  /** 0: not cut. */
  readonly maxBodyValueBytes: number;
}

/** The body properties of an Email that are asked for. RFC 8621 §4.1.4, §4.2. */
export function describeBody(
  messageId: MessageId,
  raw: Buffer,
  root: MimePart,
  request: BodyRequest,
): JsonObject {
  const view = viewBody(root);
  const describe = (part: MimePart) => describePart(messageId, raw, part, request.bodyProperties);
  const lists: Record<string, () => Json> = {
    bodyStructure: () => describeTree(messageId, raw, root, request.bodyProperties),
    textBody: () => view.textBody.map(describe),
    htmlBody: () => view.htmlBody.map(describe),
    attachments: () => view.attachments.map(describe),
    bodyValues: () => bodyValues(raw, [...valueParts(root, view, request)], request.maxBodyValueBytes),
  };
  const answer: Record<string, Json> = {};
  for (const [name, make] of Object.entries(lists)) if (request.properties.has(name)) answer[name] = make();
  return answer;
}

function* valueParts(
  root: MimePart,
  view: ReturnType<typeof viewBody>,
  request: BodyRequest,
): Generator<MimePart> {
  if (request.fetchAllBodyValues) yield* leavesOf(root);
  if (request.fetchTextBodyValues) yield* view.textBody;
  if (request.fetchHTMLBodyValues) yield* view.htmlBody;
}

function bodyValues(raw: Buffer, parts: readonly MimePart[], maxBytes: number): JsonObject {
  const texts = new Set(parts.filter((part) => part.type.startsWith('text/')));
  return Object.fromEntries(
    [...texts].map((part) => [part.partId ?? '', { ...bodyValue(raw, part, maxBytes) }]),
  );
}

function describeTree(
  messageId: MessageId,
  raw: Buffer,
  part: MimePart,
  properties: ReadonlySet<string>,
): JsonObject {
  const described = describePart(messageId, raw, part, properties);
  if (part.partId !== null) return described;
  return {
    ...described,
    subParts: part.subParts.map((inner) => describeTree(messageId, raw, inner, properties)),
  };
}

function describePart(
  messageId: MessageId,
  raw: Buffer,
  part: MimePart,
  properties: ReadonlySet<string>,
): JsonObject {
  const described: Record<string, Json> = {};
  for (const name of properties) {
    const value = partProperty(messageId, raw, part, name);
    if (value !== undefined) described[name] = value;
  }
  return described;
}

function partProperty(messageId: MessageId, raw: Buffer, part: MimePart, name: string): Json | undefined {
  switch (name) {
    case 'partId':
      return part.partId;
    case 'blobId':
      return part.partId === null ? null : formatBlobId({ kind: 'part', messageId, partId: part.partId });
    case 'size':
      return part.partId === null ? 0 : contentOf(raw, part).content.length;
    case 'headers':
      return readHeaders(raw, part.fields);
    case 'name':
    case 'type':
    case 'charset':
    case 'disposition':
    case 'cid':
    case 'language':
    case 'location':
      return part[name];
    case 'subParts':
      return undefined; // only within bodyStructure, and there always
    default: {
      const header = parseHeaderProperty(name);
      return header === null ? undefined : readHeader(raw, part.fields, header);
    }
  }
}
