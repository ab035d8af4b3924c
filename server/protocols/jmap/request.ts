import { isJmapId } from './id.ts';
import { isJsonObject } from './json.ts';
import type { RequestProblem } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { JmapLimits } from './limits.ts';

/** One method call or response: name, arguments, and the client's tag. RFC 8620 §3.2. */
export type Invocation = readonly [name: string, args: JsonObject, callId: string];

/** RFC 8620 §3.3. */
export interface JmapRequest {
  readonly using: readonly string[];
  readonly methodCalls: readonly Invocation[];
  readonly createdIds?: Readonly<Record<string, string>>;
}

/** RFC 8620 §3.4. */
export interface JmapResponse {
  readonly methodResponses: readonly Invocation[];
  readonly createdIds?: Readonly<Record<string, string>>;
  readonly sessionState: string;
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: JmapRequest }
  | { readonly ok: false; readonly problem: RequestProblem };

/** What a request is held against: our limits and the capabilities the session publishes. */
export interface RequestRules {
  readonly limits: Pick<JmapLimits, 'maxSizeRequest' | 'maxCallsInRequest'>;
  readonly capabilities: ReadonlySet<string>;
}

/** Reads the body of POST to the API resource. Refusals are values with their problem+json. RFC 8620 §3.6.1. */
export function parseRequest(body: Buffer, { limits, capabilities }: RequestRules): ParsedRequest {
  if (body.length > limits.maxSizeRequest) return tooLarge('maxSizeRequest');
  const json = parseJson(body);
  if (json === undefined) return refuse('notJSON', 'The request is not valid JSON in UTF-8.');
  if (!isJsonObject(json)) return notRequest('The request is not an object.');
  const { using, methodCalls, createdIds } = json;
  if (!isListOf(using, isString)) return notRequest('"using" must be a list of strings.');
  if (!isListOf(methodCalls, isInvocation)) {
    return notRequest('"methodCalls" must be a list of [name, arguments, id].');
  }
  if (!(createdIds === undefined || createdIds === null || isCreatedIds(createdIds))) {
    return notRequest('"createdIds" must map ids to ids.');
  }
  if (methodCalls.length > limits.maxCallsInRequest) return tooLarge('maxCallsInRequest');
  if (!using.every((name) => capabilities.has(name))) {
    return refuse('unknownCapability', '"using" names a capability that this server does not have.');
  }
  return { ok: true, request: { using, methodCalls, ...(isCreatedIds(createdIds) && { createdIds }) } };
}

function parseJson(body: Buffer): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)) as Json;
  } catch {
    return undefined;
  }
}

function isString(value: Json): value is string {
  return typeof value === 'string';
}

function isInvocation(value: Json): value is Invocation & Json {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, args, callId] = value as readonly Json[];
  return typeof name === 'string' && isJsonObject(args) && typeof callId === 'string';
}

function isCreatedIds(value: Json | undefined): value is Record<string, string> {
  return isJsonObject(value) && Object.entries(value).every(([key, id]) => isJmapId(key) && isJmapId(id));
}

function isListOf<T extends Json>(
  value: Json | undefined,
  is: (item: Json) => item is T,
): value is readonly T[] {
  return Array.isArray(value) && (value as readonly Json[]).every(is);
}

function notRequest(detail: string): ParsedRequest {
  return refuse('notRequest', detail);
}

function refuse(type: 'notJSON' | 'notRequest' | 'unknownCapability', detail: string): ParsedRequest {
  return { ok: false, problem: { type: `urn:ietf:params:jmap:error:${type}`, status: 400, detail } };
}

function tooLarge(limit: 'maxSizeRequest' | 'maxCallsInRequest'): ParsedRequest {
  const problem: RequestProblem = {
    type: 'urn:ietf:params:jmap:error:limit',
    status: 400,
    detail: `The request exceeds ${limit}.`,
    limit,
  };
  return { ok: false, problem };
}
