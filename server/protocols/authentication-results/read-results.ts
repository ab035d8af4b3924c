import { tokenize, type Token } from './tokens.ts';

export interface Property {
  /** `smtp`, `header`, `body`, `policy`. */
  readonly type: string;
  /** `mailfrom`, `d`, `from`. */
  readonly name: string;
  readonly value: string;
}

/** What one method found, e.g. `spf=pass smtp.mailfrom=example.org`. Names in lower case. */
export interface MethodResult {
  readonly method: string;
  readonly result: string;
  /** Words for people: a `reason`, or the comment that follows the result; null when there are none. */
  readonly reason: string | null;
  readonly properties: readonly Property[];
}

export interface AuthenticationResults {
  /** Who says so. As written: anybody can write any name. */
  readonly serviceId: string;
  /** Empty where nothing was checked (`none`). */
  readonly results: readonly MethodResult[];
}

/** Reads the unfolded value of an Authentication-Results field (RFC 8601 §2.2). Null when it is malformed. */
export function readAuthenticationResults(value: string): AuthenticationResults | null {
  const tokens = tokenize(value);
  if (tokens === null) return null;
  const [head = [], ...parts] = splitAtSemicolons(tokens);
  const words = head.filter((token) => token.kind !== 'comment');
  const [service, version, ...more] = words;
  if (service?.kind !== 'word' || more.length > 0) return null;
  if (version !== undefined && !(version.kind === 'word' && version.text === '1')) return null; // §2.2: only one is defined
  const results: MethodResult[] = [];
  for (const part of parts) {
    const plain = part.filter((token) => token.kind !== 'comment');
    const [first] = plain;
    if (
      plain.length === 0 ||
      (plain.length === 1 && first?.kind === 'word' && first.text.toLowerCase() === 'none')
    )
      continue;
    const result = readMethod(part);
    if (result === null) return null;
    results.push(result);
  }
  return { serviceId: service.text, results };
}

function splitAtSemicolons(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === ';') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function readMethod(part: readonly Token[]): MethodResult | null {
  const plain = part.filter((token) => token.kind !== 'comment');
  const [method, ...rest] = plain;
  if (method?.kind !== 'word') return null;
  // `method/version = result`: the version says nothing new yet.
  const [slash, version, ...afterVersion] = rest;
  const isVersioned = slash?.kind === 'mark' && slash.text === '/' && version?.kind === 'word';
  const [equals, result, ...pairs] = isVersioned ? afterVersion : rest;
  if (equals?.kind !== 'mark' || equals.text !== '=' || result?.kind !== 'word') return null;
  const read = readPairs(pairs);
  if (read === null) return null;
  const comment = part[part.indexOf(result) + 1];
  return {
    method: method.text.toLowerCase(),
    result: result.text.toLowerCase(),
    reason: read.reason ?? (comment?.kind === 'comment' ? comment.text : null),
    properties: read.properties,
  };
}

/** `reason="…"`, and `ptype.property=value`, whose value may be words and marks joined without blanks. */
function readPairs(tokens: readonly Token[]): { reason: string | null; properties: Property[] } | null {
  const properties: Property[] = [];
  let reason: string | null = null;
  let at = 0;
  while (at < tokens.length) {
    const [name, equals] = tokens.slice(at, at + 2);
    if (name?.kind !== 'word' || equals?.kind !== 'mark' || equals.text !== '=') return null;
    at += 2;
    let value = '';
    while (at < tokens.length && !startsPair(tokens, at)) {
      value += tokens[at]?.text ?? '';
      at += 1;
    }
    const [type, property] = name.text.toLowerCase().split('.', 2);
    if (type === 'reason') reason = value;
    else if (type !== undefined && property !== undefined) properties.push({ type, name: property, value });
    else return null;
  }
  return { reason, properties };
}

/** A name and `=` with words before it, which are the value of the pair before. */
function startsPair(tokens: readonly Token[], at: number): boolean {
  const [name, equals] = tokens.slice(at, at + 2);
  if (name?.kind !== 'word' || name.quoted || equals?.kind !== 'mark' || equals.text !== '=') return false;
  return name.text.toLowerCase() === 'reason' || /^[A-Za-z][A-Za-z0-9-]*\.[A-Za-z0-9-]+$/.test(name.text);
}
