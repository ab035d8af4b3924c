import { isJsonObject } from './json.ts';
import type { Json } from './json.ts';

export type PointerOutcome = { readonly found: true; readonly value: Json } | { readonly found: false };

const nothing: PointerOutcome = { found: false };
const arrayIndex = /^(?:0|[1-9][0-9]{0,9})$/; // RFC 6901 §4: no leading zeros

/** The tokens of a pointer, unescaped; null if it is no pointer. RFC 6901 §3, §4. */
export function pointerTokens(pointer: string): string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return null;
  if (/~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Evaluates a JSON Pointer, with the `*` that RFC 8620 §3.7 adds: on an array, the rest of the pointer is
 * applied to each item and array results are flattened by one level.
 */
export function evaluatePointer(document: Json, pointer: string): PointerOutcome {
  const tokens = pointerTokens(pointer);
  return tokens === null ? nothing : walk(document, tokens, 0);
}

function walk(value: Json, tokens: readonly string[], at: number): PointerOutcome {
  const token = tokens[at];
  if (token === undefined) return { found: true, value };
  if (Array.isArray(value)) {
    if (token === '*') return walkEach(value as readonly Json[], tokens, at + 1);
    const item: Json | undefined = arrayIndex.test(token) ? value[Number(token)] : undefined;
    return item === undefined ? nothing : walk(item, tokens, at + 1);
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, token)) return nothing;
  const member = value[token];
  return member === undefined ? nothing : walk(member, tokens, at + 1);
}

function walkEach(items: readonly Json[], tokens: readonly string[], at: number): PointerOutcome {
  const collected: Json[] = [];
  for (const item of items) {
    const outcome = walk(item, tokens, at);
    if (!outcome.found) return nothing;
    if (Array.isArray(outcome.value))
      for (const each of outcome.value as readonly Json[]) collected.push(each);
    else collected.push(outcome.value);
  }
  return { found: true, value: collected };
}
