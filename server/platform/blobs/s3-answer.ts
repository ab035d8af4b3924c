/*
 * The answers of S3 that we read hold keys of our own making, opaque tokens and dates, one level deep:
 * enough for a reader of elements, and nothing that an XML parser's other abilities could be turned against.
 */

/** The inner text of every `name` element. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, inner = '']) => inner);
}

/** The text of the first `name` element, with the five entities of XML resolved. */
export function textOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name)[0]?.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_, entity: string) => entities[entity] ?? '',
  );
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
