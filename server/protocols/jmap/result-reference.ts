import { JmapMethodError } from './errors.ts';
import { evaluatePointer } from './json-pointer.ts';
import { isJsonObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import type { Invocation } from './request.ts';

/**
 * How much of earlier responses the calls of one request may copy into their arguments, in JSON values.
 * Without it, thirty-two echoes that each quote the last one twice would answer 2^32 values.
 */
export const maxReferencedValues = 100_000;

/** Counts what is left of {@link maxReferencedValues} in one request. */
export interface ReferenceBudget {
  left: number;
}

/**
 * Replaces every `#name` argument by what it refers to in the responses so far. RFC 8620 §3.7.
 * Throws invalidResultReference, or invalidArguments when a name is given both ways.
 */
export function resolveReferences(
  args: JsonObject,
  responses: readonly Invocation[],
  budget: ReferenceBudget,
): JsonObject {
  if (!Object.keys(args).some((key) => key.startsWith('#'))) return args;
  const resolved: [string, Json | undefined][] = [];
  for (const [key, value] of Object.entries(args)) {
    if (!key.startsWith('#')) {
      resolved.push([key, value]);
      continue;
    }
    const name = key.slice(1);
    if (Object.hasOwn(args, name)) {
      throw new JmapMethodError('invalidArguments', `"${name}" is given both as a value and as a reference.`);
    }
    resolved.push([name, resolveReference(value, responses, budget)]);
  }
  return Object.fromEntries(resolved);
}

function resolveReference(
  reference: Json | undefined,
  responses: readonly Invocation[],
  budget: ReferenceBudget,
): Json {
  if (!isJsonObject(reference)) throw unresolved('A result reference must be an object.');
  const { resultOf, name, path } = reference;
  if (typeof resultOf !== 'string' || typeof name !== 'string' || typeof path !== 'string') {
    throw unresolved('A result reference needs resultOf, name and path.');
  }
  // RFC 8620 §3.7: the first response with that call id; its name must match.
  const response = responses.find(([, , callId]) => callId === resultOf);
  if (response === undefined) throw unresolved('No earlier response has the id in resultOf.');
  if (response[0] !== name) throw unresolved('The response referred to has another name.');
  const outcome = evaluatePointer(response[1], path);
  if (!outcome.found) throw unresolved('The path leads nowhere in that response.');
  spend(outcome.value, budget);
  return outcome.value;
}

function spend(value: Json, budget: ReferenceBudget): void {
  budget.left -= 1;
  if (budget.left < 0) throw unresolved('The references of this request bring too much together.');
  if (Array.isArray(value)) for (const item of value as readonly Json[]) spend(item, budget);
  else if (isJsonObject(value)) {
    for (const member of Object.values(value)) if (member !== undefined) spend(member, budget);
  }
}

function unresolved(description: string): JmapMethodError {
  return new JmapMethodError('invalidResultReference', description);
}
