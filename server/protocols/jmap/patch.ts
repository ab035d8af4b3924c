import { pointerTokens } from './json-pointer.ts';
import { isJsonObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import type { SetError } from './set-error.ts';

export type PatchOutcome =
  | { readonly ok: true; readonly value: JsonObject; readonly touched: ReadonlySet<string> }
  | { readonly ok: false; readonly error: SetError };

/**
 * Applies a PatchObject of /set update. RFC 8620 §5.3: keys are pointers without their leading slash; no
 * key may be a prefix of another; all parents must exist and be objects; null removes (a default property
 * goes back to its default, which the caller fills in from `undefined`). `touched` names the top-level
 * properties that the patch is about. The object is left as it was.
 */
export function applyPatch(object: JsonObject, patch: JsonObject): PatchOutcome {
  const steps: { readonly tokens: readonly string[]; readonly value: Json }[] = [];
  for (const [key, value] of Object.entries(patch)) {
    const tokens = pointerTokens(`/${key}`);
    if (tokens === null || tokens.length > 32) return invalidPatch('A key is no JSON Pointer.');
    steps.push({ tokens, value: value ?? null });
  }
  if (hasPrefixes(Object.keys(patch))) return invalidPatch('A key is the prefix of another.');
  let result: Record<string, Json | undefined> = { ...object };
  for (const { tokens, value } of steps) {
    const next = replaceAt(result, tokens, 0, value);
    if (next === null) return invalidPatch('A key leads into something that is not there.');
    result = next;
  }
  return { ok: true, value: result, touched: new Set(steps.map(({ tokens }) => tokens[0] ?? '')) };
}

function replaceAt(
  object: JsonObject,
  tokens: readonly string[],
  at: number,
  value: Json,
): Record<string, Json | undefined> | null {
  const token = tokens[at] ?? '';
  const copy = new Map(Object.entries(object));
  if (at === tokens.length - 1) {
    if (value === null && at > 0) copy.delete(token);
    else copy.set(token, value);
    return Object.fromEntries(copy);
  }
  const inner = copy.get(token);
  if (!isJsonObject(inner)) return null;
  const replaced = replaceAt(inner, tokens, at + 1, value);
  if (replaced === null) return null;
  copy.set(token, replaced);
  return Object.fromEntries(copy);
}

function hasPrefixes(keys: readonly string[]): boolean {
  const all = new Set(keys);
  return keys.some((key) => {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      if (all.has(key.slice(0, slash))) return true;
    }
    return false;
  });
}

function invalidPatch(description: string): PatchOutcome {
  return { ok: false, error: { type: 'invalidPatch', description } };
}
