import type { StaffPrincipal } from '#platform/http/principal.ts';
import { ForeignProblem, HttpError } from '#platform/http/http-error.ts';
import type { RequestInfo } from '#platform/http/route.ts';
import { BlobError } from '#platform/blobs/index.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import {
  coreCapability,
  defaultLimits,
  dispatch,
  JmapMethodError,
  parseRequest,
  type JmapResponse,
  type Method,
} from '#protocols/jmap/index.ts';
import { BusyLimit } from './busy-limit.ts';
import type { JmapContext } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { accountCapabilities, describeSession, type DescribedSession } from './session.ts';
import type { StateHub } from './state-hub.ts';

/** The published limits are for one client; an account may be open in this many at the same time. */
export const clientsAtOnce = 4;

const rules = { limits: defaultLimits, capabilities: new Set([coreCapability, ...accountCapabilities]) };

export function contextOf(
  { identity }: Pick<MailboxPorts, 'identity'>,
  principal: StaffPrincipal,
  { ip }: Pick<RequestInfo, 'ip'>,
): JmapContext {
  const { organizationId, userId, actor, id, permissions } = principal;
  return {
    account: { organizationId, userId },
    doer: { organizationId, actor, ip },
    reader: id,
    permissions,
    authorize: async (permission) => (await identity.authorize(principal, permission, ip)).ok,
  };
}

/** A refusal that RFC 8620 §3.6.1 gives the shape of: which of the published limits was exceeded. */
export function limitExceeded(limit: keyof typeof defaultLimits, status = 400): ForeignProblem {
  return new ForeignProblem(status, {
    type: 'urn:ietf:params:jmap:error:limit',
    status,
    detail: `The request exceeds ${limit}.`,
    limit,
  });
}

/** The session, or the end of it when the user is gone. */
export async function sessionOf(
  ports: MailboxPorts,
  { account, permissions }: JmapContext,
): Promise<DescribedSession> {
  const session = await describeSession(ports, account, !permissions.has('message.file'));
  if (session === null) throw new HttpError('not-found', 'There is no mailbox of this user.');
  return session;
}

/** Answers POST to the API resource. RFC 8620 §3. */
export function createApi(
  ports: MailboxPorts,
  methods: ReadonlyMap<string, Method<JmapContext>>,
  hub: StateHub,
) {
  const limit = new BusyLimit(clientsAtOnce * defaultLimits.maxConcurrentRequests);

  function explain(error: unknown, method: string): JmapMethodError {
    if (error instanceof DatabaseUnavailable) return new JmapMethodError('serverUnavailable');
    if (error instanceof BlobError && error.code === 'blob-store-unavailable') {
      ports.log.warn('mailbox.blobs-unavailable', { method, error });
      return new JmapMethodError('serverUnavailable');
    }
    ports.log.error('mailbox.method-failed', { method, error });
    return new JmapMethodError('serverFail');
  }

  return async (
    context: JmapContext,
    body: AsyncIterable<Buffer>,
    request: Pick<RequestInfo, 'header'>,
  ): Promise<JmapResponse> => {
    using turn = limit.begin(context.account.userId);
    if (turn === null) throw limitExceeded('maxConcurrentRequests', 429);
    if (!/^application\/json(?:\s*;|$)/i.test(request.header('content-type') ?? '')) throw notJson();
    const parsed = parseRequest(await gather(body), rules);
    if (!parsed.ok) throw new ForeignProblem(parsed.problem.status, parsed.problem);
    const session = await sessionOf(ports, context);
    const response = await dispatch(parsed.request, {
      methods,
      context,
      sessionState: session.state,
      explain,
    });
    hub.nudge();
    return response;
  };
}

function notJson(): ForeignProblem {
  return new ForeignProblem(400, {
    type: 'urn:ietf:params:jmap:error:notJSON',
    status: 400,
    detail: 'Send the request as application/json.',
  });
}

async function gather(body: AsyncIterable<Buffer>): Promise<Buffer> {
  try {
    return Buffer.concat(await Array.fromAsync(body));
  } catch (error) {
    if (error instanceof HttpError && error.code === 'too-large') throw limitExceeded('maxSizeRequest');
    throw error;
  }
}
