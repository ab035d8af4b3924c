type Json = string | number | boolean | null | Json[] | JsonObject;
interface JsonObject {
  [name: string]: Json;
}
type Way = 'input' | 'output';

const local = '#/$defs/';
const shared = '#/components/schemas/';

/**
 * An OpenAPI document whose schemas bring their own `$defs`, with these moved to `components.schemas`: a
 * reference in it counts from the document, not from the schema. What is written into differs from what
 * comes out where fields have defaults: such a schema is there as `X`, and as `XInput` for requests.
 */
export function withSharedSchemas(document: object): object {
  const definitions = { input: new Map<string, Json>(), output: new Map<string, Json>() };
  collect(document as JsonObject, 'input', definitions);
  const twofold = twofoldNames(definitions);
  const nameOf = (name: string, way: Way) => (way === 'input' && twofold.has(name) ? `${name}Input` : name);

  function rewrite(value: Json, way: Way): Json {
    if (Array.isArray(value)) return value.map((each) => rewrite(each, way));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).filter(([key, each]) => key !== '$defs' || !isObject(each));
    return Object.fromEntries(
      entries.map(([key, each]) =>
        key === '$ref' && typeof each === 'string' && each.startsWith(local)
          ? [key, `${shared}${nameOf(each.slice(local.length), way)}`]
          : [key, rewrite(each, wayOf(key, way))],
      ),
    );
  }
  const written = (['output', 'input'] as const).flatMap((way) =>
    [...definitions[way]].map(([name, schema]) => [nameOf(name, way), rewrite(schema, way)] as const),
  );
  const { components = {}, ...rest } = rewrite(document as JsonObject, 'input') as JsonObject;
  const { schemas = {}, ...others } = components as JsonObject;
  const sorted = written.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...rest,
    components: { ...others, schemas: { ...(schemas as JsonObject), ...Object.fromEntries(sorted) } },
  };
}

function collect(value: Json, way: Way, definitions: Record<Way, Map<string, Json>>): void {
  if (Array.isArray(value)) for (const each of value) collect(each, way, definitions);
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === '$defs' && isObject(each))
      for (const [name, schema] of Object.entries(each)) definitions[way].set(name, schema);
    collect(each, wayOf(key, way), definitions);
  }
}

/** Names of schemas that differ by way, themselves or in what they refer to. */
function twofoldNames({ input, output }: Record<Way, Map<string, Json>>): Set<string> {
  const both = [...input.keys()].filter((name) => output.has(name));
  const twofold = new Set(
    both.filter((name) => JSON.stringify(input.get(name)) !== JSON.stringify(output.get(name))),
  );
  for (let before = -1; before !== twofold.size;) {
    before = twofold.size;
    for (const name of both) {
      const text = JSON.stringify(input.get(name));
      if ([...twofold].some((other) => text.includes(`"${local}${other}"`))) twofold.add(name);
    }
  }
  return twofold;
}

function wayOf(key: string, way: Way): Way {
  return key === 'responses' ? 'output' : way;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
