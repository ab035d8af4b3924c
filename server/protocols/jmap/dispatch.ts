import { CreatedIds } from './created-ids.ts';
import { JmapMethodError } from './errors.ts';
import { maxReferencedValues, resolveReferences } from './result-reference.ts';
import type { JsonObject } from './json.ts';
import type { Invocation, JmapRequest, JmapResponse } from './request.ts';

/** What a method gets beside its arguments. */
export interface MethodCall<Context> {
  readonly args: JsonObject;
  readonly createdIds: CreatedIds;
  readonly context: Context;
}

/** What a method answers; `also` are further responses under the same call id. RFC 8620 §3.4, RFC 8621 §7.5. */
export interface MethodAnswer {
  readonly args: JsonObject;
  readonly also?: readonly (readonly [name: string, args: JsonObject])[];
}

/** One method of the API and the capability a client must ask for to use it. */
export interface Method<Context> {
  readonly name: string;
  readonly capability: string;
  /** Throws JmapMethodError for an error of the method; anything else becomes what `explain` makes of it. */
  readonly run: (call: MethodCall<Context>) => Promise<MethodAnswer>;
}

export interface DispatchPorts<Context> {
  readonly methods: ReadonlyMap<string, Method<Context>>;
  readonly context: Context;
  readonly sessionState: string;
  /** Turns an unexpected failure into the error the client sees (and logs it). Default: serverFail. */
  readonly explain?: (failure: unknown, method: string) => JmapMethodError;
}

/** Runs the calls of one request, in order, each whatever became of the one before. RFC 8620 §3.4 to §3.7. */
export async function dispatch<Context>(
  request: JmapRequest,
  ports: DispatchPorts<Context>,
): Promise<JmapResponse> {
  const using = new Set(request.using);
  const createdIds = new CreatedIds(request.createdIds);
  const budget = { left: maxReferencedValues };
  const responses: Invocation[] = [];
  for (const [name, args, callId] of request.methodCalls) {
    try {
      const method = ports.methods.get(name);
      if (method === undefined || !using.has(method.capability)) throw new JmapMethodError('unknownMethod');
      const resolved = resolveReferences(args, responses, budget);
      const answer = await method.run({ args: resolved, createdIds, context: ports.context });
      responses.push([name, answer.args, callId]);
      for (const [alsoName, alsoArgs] of answer.also ?? []) responses.push([alsoName, alsoArgs, callId]);
    } catch (failure) {
      responses.push(['error', explained(failure, name, ports).toArguments(), callId]);
    }
  }
  return {
    methodResponses: responses,
    ...(request.createdIds !== undefined && { createdIds: createdIds.toRecord() }),
    sessionState: ports.sessionState,
  };
}

function explained<Context>(
  failure: unknown,
  method: string,
  ports: DispatchPorts<Context>,
): JmapMethodError {
  if (failure instanceof JmapMethodError) return failure;
  return ports.explain?.(failure, method) ?? new JmapMethodError('serverFail');
}
