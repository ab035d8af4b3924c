import * as z from 'zod';
import { Id, IdOrReference, readArguments } from './arguments.ts';
import { JmapMethodError } from './errors.ts';
import { formatState } from './state.ts';
import type { Json, JsonObject } from './json.ts';
import type { JmapLimits } from './limits.ts';
import type { SetError } from './set-error.ts';

const AnyObject = z.record(z.string(), z.custom<Json>());

/** The arguments of every /set; a method with more extends it. RFC 8620 §5.3. */
export const SetArguments = z.strictObject({
  accountId: Id,
  ifInState: z.string().nullish(),
  create: z.record(Id, AnyObject).nullish(),
  update: z.record(IdOrReference, AnyObject).nullish(),
  destroy: z.array(IdOrReference).nullish(),
});

export interface SetRequest {
  readonly accountId: string;
  readonly ifInState: string | null;
  readonly create: ReadonlyMap<string, JsonObject>;
  readonly update: ReadonlyMap<string, JsonObject>;
  readonly destroy: readonly string[];
}

/** Reads the arguments of a /set without extensions. Throws invalidArguments or requestTooLarge. */
export function readSetArguments(args: JsonObject, limits: Pick<JmapLimits, 'maxObjectsInSet'>): SetRequest {
  return toSetRequest(readArguments(SetArguments, args), limits);
}

/** Throws requestTooLarge. */
export function toSetRequest(
  given: z.output<typeof SetArguments>,
  limits: Pick<JmapLimits, 'maxObjectsInSet'>,
): SetRequest {
  const request = {
    accountId: given.accountId,
    ifInState: given.ifInState ?? null,
    create: new Map<string, JsonObject>(Object.entries(given.create ?? {})),
    update: new Map<string, JsonObject>(Object.entries(given.update ?? {})),
    destroy: [...new Set(given.destroy ?? [])],
  };
  if (request.create.size + request.update.size + request.destroy.length > limits.maxObjectsInSet) {
    throw new JmapMethodError('requestTooLarge', 'More objects than maxObjectsInSet.');
  }
  return request;
}

/** Throws stateMismatch when the client asked for a state that is not the current one. */
export function requireState(request: Pick<SetRequest, 'ifInState'>, current: number): void {
  if (request.ifInState !== null && request.ifInState !== formatState(current))
    throw new JmapMethodError('stateMismatch');
}

/** What became of each object of a /set, in the making. */
export class SetResult {
  readonly created: Record<string, JsonObject> = Object.create(null) as Record<string, JsonObject>;
  readonly updated: Record<string, JsonObject | null> = Object.create(null) as Record<
    string,
    JsonObject | null
  >;
  readonly destroyed: string[] = [];
  readonly notCreated: Record<string, SetError> = Object.create(null) as Record<string, SetError>;
  readonly notUpdated: Record<string, SetError> = Object.create(null) as Record<string, SetError>;
  readonly notDestroyed: Record<string, SetError> = Object.create(null) as Record<string, SetError>;

  /** The arguments of the response: lists that are empty are null. RFC 8620 §5.3. */
  toAnswer(accountId: string, oldState: number, newState: number): JsonObject {
    return {
      accountId,
      oldState: formatState(oldState),
      newState: formatState(newState),
      created: orNull(this.created),
      updated: orNull(this.updated),
      destroyed: this.destroyed.length === 0 ? null : this.destroyed,
      notCreated: orNull(this.notCreated),
      notUpdated: orNull(this.notUpdated),
      notDestroyed: orNull(this.notDestroyed),
    };
  }
}

function orNull(record: Readonly<Record<string, object | null>>): JsonObject | null {
  return Object.keys(record).length === 0 ? null : (record as JsonObject);
}

/**
 * Orders creations so that each comes after those it refers to. `referencesOf` lists the creation ids that
 * an object names with `#`; what refers in a circle comes last, in the order given, and then finds its
 * reference unresolved.
 */
export function orderCreations(
  create: ReadonlyMap<string, JsonObject>,
  referencesOf: (object: JsonObject) => readonly string[],
): [creationId: string, object: JsonObject][] {
  const ordered: [string, JsonObject][] = [];
  const waiting = new Map(create);
  for (let before = -1; before !== ordered.length;) {
    before = ordered.length;
    for (const [creationId, object] of waiting) {
      if (referencesOf(object).some((reference) => waiting.has(reference))) continue;
      ordered.push([creationId, object]);
      waiting.delete(creationId);
    }
  }
  return [...ordered, ...waiting];
}
