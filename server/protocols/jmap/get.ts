import * as z from 'zod';
import { Id, IdOrReference, readArguments } from './arguments.ts';
import { JmapMethodError } from './errors.ts';
import type { CreatedIds } from './created-ids.ts';
import type { Json, JsonObject } from './json.ts';
import type { JmapLimits } from './limits.ts';

/** The arguments of every /get; a method with more extends it. RFC 8620 §5.1. */
export const GetArguments = z.strictObject({
  accountId: Id,
  ids: z.array(IdOrReference).nullish(),
  properties: z.array(z.string()).nullish(),
});

/** What to fetch: each id once, in the order asked; null for all there are. */
export interface GetSelection {
  readonly ids: readonly string[] | null;
  /** Ids asked for that stand for nothing: unresolved creation references. */
  readonly missing: readonly string[];
  readonly properties: ReadonlySet<string>;
}

/** Reads the arguments of a /get without extensions. Throws invalidArguments. */
export function readGetArguments(args: JsonObject): z.output<typeof GetArguments> {
  return readArguments(GetArguments, args);
}

/**
 * Settles which objects and properties a /get is about. `id` is always among them. RFC 8620 §5.1.
 * Throws requestTooLarge, or invalidArguments for a property that `isProperty` does not know.
 */
export function selectForGet(
  given: { ids?: readonly string[] | null | undefined; properties?: readonly string[] | null | undefined },
  rules: {
    readonly limits: Pick<JmapLimits, 'maxObjectsInGet'>;
    readonly createdIds: CreatedIds;
    readonly defaultProperties: readonly string[];
    readonly isProperty: (name: string) => boolean;
  },
): GetSelection {
  const properties = new Set(given.properties ?? rules.defaultProperties).add('id');
  for (const name of properties) {
    if (!rules.isProperty(name)) throw new JmapMethodError('invalidArguments', 'properties: one is unknown');
  }
  if (given.ids === undefined || given.ids === null) return { ids: null, missing: [], properties };
  if (given.ids.length > rules.limits.maxObjectsInGet) {
    throw new JmapMethodError('requestTooLarge', 'More ids than maxObjectsInGet.');
  }
  const ids = new Set<string>();
  const missing = new Set<string>();
  for (const reference of given.ids) {
    const id = rules.createdIds.resolve(reference);
    if (id === undefined) missing.add(reference);
    else ids.add(id);
  }
  return { ids: [...ids], missing: [...missing], properties };
}

/** Puts the answer of a /get together; ids without an object are notFound. RFC 8620 §5.1. */
export function getAnswer(
  accountId: string,
  state: string,
  selection: GetSelection,
  list: readonly (JsonObject & { readonly id: string })[],
): JsonObject {
  const found = new Set(list.map((object) => object.id));
  const notFound = [...selection.missing, ...(selection.ids ?? []).filter((id) => !found.has(id))];
  return { accountId, state, list, notFound };
}

/** The chosen properties of an object whose others are at hand too. */
export function pickProperties<
  T extends { readonly id: string } & Readonly<Record<string, Json | undefined>>,
>(object: T, properties: ReadonlySet<string>): JsonObject & { readonly id: string } {
  const picked: Record<string, Json> = {};
  for (const name of properties) {
    const value = object[name];
    if (value !== undefined) picked[name] = value;
  }
  return { ...picked, id: object.id };
}
