import * as z from 'zod';
import { Id, readArguments } from './arguments.ts';
import { JmapMethodError } from './errors.ts';
import { formatState, parseState } from './state.ts';
import type { JsonObject } from './json.ts';

const ChangesArguments = z.strictObject({
  accountId: Id,
  sinceState: z.string(),
  maxChanges: z.int().min(1).nullish(),
});

export interface ChangesRequest {
  readonly accountId: string;
  readonly since: number;
  /** Most ids in the answer, all three lists together. */
  readonly maxChanges: number;
}

/** Most changes answered at once, whatever the client asks. */
export const mostChanges = 5_000;

/** Reads the arguments of a /changes. Throws invalidArguments or cannotCalculateChanges. RFC 8620 §5.2. */
export function readChangesArguments(args: JsonObject): ChangesRequest {
  const { accountId, sinceState, maxChanges } = readArguments(ChangesArguments, args);
  const since = parseState(sinceState);
  return { accountId, since, maxChanges: Math.min(maxChanges ?? mostChanges, mostChanges) };
}

/** One change since the state asked about: `at` is when the client first has to hear of the object. */
export interface Change {
  readonly id: string;
  readonly at: number;
  readonly kind: 'created' | 'updated' | 'destroyed';
}

export interface ChangesWindow {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly destroyed: readonly string[];
  readonly newState: number;
  readonly hasMoreChanges: boolean;
}

/**
 * Cuts the changes to those that fit. `changes` holds distinct `at`s, ascending, and one more than
 * maxChanges if there are more; the state between two of them is a state that one can go on from.
 * Throws cannotCalculateChanges when `since` is a state that has not been yet.
 */
export function changesWindow(
  request: ChangesRequest,
  changes: readonly Change[],
  current: number,
): ChangesWindow {
  if (request.since > current) throw new JmapMethodError('cannotCalculateChanges');
  const shown = changes.slice(0, request.maxChanges);
  const hasMoreChanges = changes.length > shown.length;
  const idsOf = (kind: Change['kind']) =>
    shown.filter((change) => change.kind === kind).map((change) => change.id);
  return {
    created: idsOf('created'),
    updated: idsOf('updated'),
    destroyed: idsOf('destroyed'),
    newState: hasMoreChanges ? (shown.at(-1)?.at ?? request.since) : current,
    hasMoreChanges,
  };
}

/** The arguments of a /changes response. */
export function changesAnswer(request: ChangesRequest, window: ChangesWindow): JsonObject {
  const { created, updated, destroyed, hasMoreChanges } = window;
  return {
    accountId: request.accountId,
    oldState: formatState(request.since),
    newState: formatState(window.newState),
    hasMoreChanges,
    created,
    updated,
    destroyed,
  };
}
