import {
  callJmap,
  downloadJmapBlob,
  followJmapChanges,
  getJmapSession,
  uploadJmapBlob,
} from '#contract/mailbox.ts';
import { ForeignProblem, HttpError } from '#platform/http/http-error.ts';
import { route, type Route } from '#platform/http/route.ts';
import { defaultLimits, readEventSourceRequest } from '#protocols/jmap/index.ts';
import { formatBlobId } from './blob-id.ts';
import { BusyLimit } from './busy-limit.ts';
import { eventStream } from './event-stream.ts';
import { jmapMethods } from './jmap-methods.ts';
import type { JmapContext } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { readBlob } from './read-blob.ts';
import { recordReads } from './record-reads.ts';
import { clientsAtOnce, contextOf, createApi, limitExceeded, sessionOf } from './serve-jmap.ts';
import type { StateHub } from './state-hub.ts';
import { storeUpload, type UploadOutcome } from './store-upload.ts';

const mediaType = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;

/** An open stream does not see its session end: after this time the client has to show that it still has one. */
const streamLifeMs = 5 * 60_000;

export function mailboxRoutes(ports: MailboxPorts, hub: StateHub): Route[] {
  const api = createApi(ports, jmapMethods(ports), hub);
  const uploads = new BusyLimit(clientsAtOnce * defaultLimits.maxConcurrentUpload);

  async function upload(
    context: JmapContext,
    contentType: string,
    body: AsyncIterable<Buffer>,
  ): Promise<UploadOutcome> {
    using turn = uploads.begin(context.account.userId);
    if (turn === null) throw limitExceeded('maxConcurrentUpload', 429);
    try {
      return await storeUpload(ports, context.account, contentType, body);
    } catch (error) {
      if (error instanceof HttpError && error.code === 'too-large') throw limitExceeded('maxSizeUpload', 413);
      throw error;
    }
  }

  return [
    route(getJmapSession, async ({ principal, request }) => ({
      ...(await sessionOf(ports, contextOf(ports, principal, request))).object,
    })),
    route(callJmap, async ({ principal, request, body }) => ({
      ...(await api(contextOf(ports, principal, request), body, request)),
    })),
    route(uploadJmapBlob, async ({ principal, request, params, body }) => {
      const context = contextOf(ports, principal, request);
      requireOwn(context, params.accountId);
      const type = plainType(request.header('content-type')) ?? 'application/octet-stream';
      const outcome = await upload(context, type, body);
      if (!outcome.ok)
        throw new ForeignProblem(413, {
          type: 'about:blank',
          status: 413,
          detail: 'Too many files wait to be used.',
        });
      const blobId = formatBlobId({ kind: 'upload', uploadId: outcome.uploadId });
      return { accountId: params.accountId, blobId, type, size: outcome.sizeBytes };
    }),
    route(downloadJmapBlob, async ({ principal, request, params, query }) => {
      const context = contextOf(ports, principal, request);
      requireOwn(context, params.accountId);
      const blob = await readBlob(ports, context.account, params.blobId);
      if (blob === null) throw new HttpError('not-found', 'There is no such file, or not any more.');
      const { messageId } = blob;
      if (messageId !== null) {
        const { organizationId } = context.account;
        await ports.database.inTenant(organizationId, (tx) =>
          recordReads(tx, ports, context, [messageId], 'downloaded'),
        );
      }
      return {
        contentType: plainType(query.type) ?? blob.type,
        filename: params.name,
        content: blob.content,
      };
    }),
    route(followJmapChanges, async ({ principal, request, query }) => {
      const asked = readEventSourceRequest(query);
      if (asked === null)
        throw new HttpError('invalid-request', 'types, closeafter or ping is not as RFC 8620 §7.3 has it.');
      return eventStream(
        hub,
        contextOf(ports, principal, request).account,
        asked,
        AbortSignal.any([request.signal, AbortSignal.timeout(streamLifeMs)]),
      );
    }),
  ];
}

/** Another's account is not told from one that does not exist. */
function requireOwn({ account }: JmapContext, accountId: string): void {
  if (accountId !== account.userId) throw new HttpError('not-found', 'There is no such account.');
}

/** The media type alone, if it is one. */
function plainType(value: string | undefined): string | null {
  const type = value?.split(';')[0]?.trim().toLowerCase() ?? '';
  return mediaType.test(type) ? type : null;
}
