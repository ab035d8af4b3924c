import type { HeaderSection } from '#protocols/mime/index.ts';

type HeaderField = HeaderSection['fields'][number];

/**
 * The fields that `h=` names, in its order: each time a name occurs, the next one from the bottom up; a name
 * without one left stands for none, and signs that there is none (RFC 6376 §5.4.2).
 */
export function selectFields(fields: readonly HeaderField[], names: readonly string[]): HeaderField[] {
  const left = Map.groupBy(fields, ({ key }) => key);
  return names.flatMap((name) => left.get(name.toLowerCase())?.pop() ?? []);
}
