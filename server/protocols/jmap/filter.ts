import { JmapMethodError } from './errors.ts';
import { isJsonObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** A filter of /query, with its conditions read. RFC 8620 §5.5. */
export type Filter<Condition> =
  | { readonly operator: 'AND' | 'OR' | 'NOT'; readonly conditions: readonly Filter<Condition>[] }
  | { readonly operator: 'is'; readonly condition: Condition };

/** A filter may nest this deep and name this many conditions; more is unsupportedFilter. */
export const filterLimits = { depth: 10, conditions: 50 };

/**
 * Reads a filter; `readCondition` reads one FilterCondition and throws unsupportedFilter or
 * invalidArguments. Null stands for no filter.
 */
export function readFilter<Condition>(
  given: Json | undefined,
  readCondition: (condition: JsonObject) => Condition,
): Filter<Condition> | null {
  if (given === undefined || given === null) return null;
  let conditions = 0;

  function read(value: Json | undefined, depth: number): Filter<Condition> {
    if (!isJsonObject(value)) throw new JmapMethodError('invalidArguments', 'filter: not an object');
    if (depth > filterLimits.depth)
      throw new JmapMethodError('unsupportedFilter', 'The filter nests too deep.');
    if (!Object.hasOwn(value, 'operator')) {
      conditions += 1;
      if (conditions > filterLimits.conditions) {
        throw new JmapMethodError('unsupportedFilter', 'The filter has too many conditions.');
      }
      return { operator: 'is', condition: readCondition(value) };
    }
    const { operator, conditions: inner, ...rest } = value;
    if (operator !== 'AND' && operator !== 'OR' && operator !== 'NOT') {
      throw new JmapMethodError('invalidArguments', 'filter/operator: AND, OR or NOT');
    }
    if (!Array.isArray(inner) || Object.keys(rest).length > 0) {
      throw new JmapMethodError('invalidArguments', 'filter: operator and conditions, nothing else');
    }
    return { operator, conditions: (inner as readonly Json[]).map((each) => read(each, depth + 1)) };
  }

  return read(given, 1);
}

/** All conditions of a filter. */
export function* conditionsOf<Condition>(filter: Filter<Condition> | null): Generator<Condition> {
  if (filter === null) return;
  if (filter.operator === 'is') yield filter.condition;
  else for (const inner of filter.conditions) yield* conditionsOf(inner);
}

/** Whether an object passes. An empty AND is true, an empty OR false; NOT means none of its conditions. */
export function passes<Condition>(
  filter: Filter<Condition> | null,
  matches: (condition: Condition) => boolean,
): boolean {
  if (filter === null) return true;
  switch (filter.operator) {
    case 'is':
      return matches(filter.condition);
    case 'AND':
      return filter.conditions.every((inner) => passes(inner, matches));
    case 'OR':
      return filter.conditions.some((inner) => passes(inner, matches));
    case 'NOT':
      return !filter.conditions.some((inner) => passes(inner, matches));
  }
}
