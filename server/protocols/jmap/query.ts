import * as z from 'zod';
import { Id, Int, UnsignedInt, readArguments } from './arguments.ts';
import { JmapMethodError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

const Comparator = z.looseObject({
  property: z.string(),
  isAscending: z.boolean().default(true),
  collation: z.string().optional(),
});

/** One level of a sort. Further members (`keyword` of RFC 8621 §4.4.2) stay on it. */
export type Comparator = z.output<typeof Comparator>;

/** The arguments of every /query; a method with more extends it. RFC 8620 §5.5. */
export const QueryArguments = z.strictObject({
  accountId: Id,
  filter: z.custom<JsonObject>().nullish(),
  sort: z.array(Comparator).nullish(),
  position: Int.default(0),
  anchor: Id.nullish(),
  anchorOffset: Int.default(0),
  limit: UnsignedInt.nullish(),
  calculateTotal: z.boolean().default(false),
});

export type QueryRequest = z.output<typeof QueryArguments>;

/** Most ids in one answer. A client that wants more asks again from where this ended. */
export const mostResults = 1_000;

/** Reads the arguments of a /query without extensions. Throws invalidArguments. */
export function readQueryArguments(args: JsonObject): QueryRequest {
  return readArguments(QueryArguments, args);
}

export interface QueryWindow {
  /** Zero-based index of the first id. */
  readonly position: number;
  readonly limit: number;
  /** Whether the server cut the limit; it then says so in the answer. */
  readonly limited: boolean;
}

type WindowRequest = Pick<QueryRequest, 'position' | 'anchorOffset'> & {
  readonly anchor?: string | null | undefined;
  readonly limit?: number | null | undefined;
};

/**
 * Which part of the results is asked for. RFC 8620 §5.5: an anchor wins over a position; a negative
 * position counts from the end; neither goes below 0. `indexOfAnchor` is -1 when it is not there.
 * Throws anchorNotFound.
 */
export function queryWindow(
  { position, anchor, anchorOffset, limit }: WindowRequest,
  results: { readonly total: number; readonly indexOfAnchor: number },
): QueryWindow {
  const isAnchored = anchor !== undefined && anchor !== null;
  if (isAnchored && results.indexOfAnchor < 0) throw new JmapMethodError('anchorNotFound');
  const start = isAnchored ? results.indexOfAnchor + anchorOffset : fromEnd(position, results.total);
  const wanted = limit ?? mostResults;
  return {
    position: Math.max(0, start),
    limit: Math.min(wanted, mostResults),
    limited: wanted > mostResults || limit == null,
  };
}

/** Whether the window can be told without knowing how many results there are. */
export function needsTotal({ position, anchor }: Pick<WindowRequest, 'position' | 'anchor'>): boolean {
  return position < 0 || (anchor !== undefined && anchor !== null);
}

function fromEnd(position: number, total: number): number {
  return position < 0 ? total + position : position;
}

/** The arguments of a /query response; changes to a query are always found by asking again. */
export function queryAnswer(
  request: QueryRequest,
  queryState: string,
  window: QueryWindow,
  ids: readonly string[],
  total: number | null,
): JsonObject {
  const answer: Record<string, Json> = {
    accountId: request.accountId,
    queryState,
    canCalculateChanges: false,
    position: ids.length === 0 && total !== null && window.position >= total ? total : window.position,
    ids,
  };
  if (request.calculateTotal && total !== null) answer['total'] = total;
  if (window.limited) answer['limit'] = window.limit;
  return answer;
}
