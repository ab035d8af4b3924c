import { parseAddressBytes, type AddressBytes } from './address.ts';
import { parseDomainSpec, parseMacroString, type MacroString } from './macro-string.ts';

export type Qualifier = 'pass' | 'fail' | 'softfail' | 'neutral';

/** How much of an address must agree, by family. */
export interface Prefix {
  readonly ipv4: number;
  readonly ipv6: number;
}

export type Mechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include' | 'exists'; readonly domain: MacroString }
  | { readonly kind: 'a' | 'mx'; readonly domain: MacroString | null; readonly prefix: Prefix }
  | { readonly kind: 'ptr'; readonly domain: MacroString | null }
  | { readonly kind: 'ip4' | 'ip6'; readonly network: AddressBytes; readonly bits: number };

export interface Directive {
  readonly qualifier: Qualifier;
  readonly mechanism: Mechanism;
  /** As written. */
  readonly text: string;
}

/** What a domain says about who may send in its name (RFC 7208 §4.6). */
export interface SpfRecord {
  readonly directives: readonly Directive[];
  readonly redirect: MacroString | null;
  readonly explanation: MacroString | null;
}

/** The record among others at a name (§4.5): those that begin with the version and a blank, or are nothing else. */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** Null when any part of it is malformed, wherever it stands (§4.6). */
export function parseSpfRecord(text: string): SpfRecord | null {
  if (!isSpfRecord(text) || !/^[ -~]*$/.test(text)) return null;
  const directives: Directive[] = [];
  const modifiers = new Map<string, MacroString>();
  for (const term of text.slice(6).split(' ')) {
    if (term === '') continue;
    const [, name, value] = /^([A-Za-z][A-Za-z0-9._-]*)=(.*)$/.exec(term) ?? [];
    if (name === undefined || value === undefined) {
      const directive = parseDirective(term);
      if (directive === null) return null;
      directives.push(directive);
      continue;
    }
    const key = name.toLowerCase();
    const isOurs = key === 'redirect' || key === 'exp';
    const parsed = isOurs ? parseDomainSpec(value) : parseMacroString(value, 'domain');
    if (parsed === null || (isOurs && modifiers.has(key))) return null; // §6: at most once each
    modifiers.set(key, parsed);
  }
  return {
    directives,
    redirect: modifiers.get('redirect') ?? null,
    explanation: modifiers.get('exp') ?? null,
  };
}

const qualifiers: Readonly<Record<string, Qualifier>> = {
  '': 'pass',
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

function parseDirective(text: string): Directive | null {
  const [, sign = '', name = '', rest = ''] = /^([-+~?]?)([A-Za-z][A-Za-z0-9._-]*)(.*)$/.exec(text) ?? [];
  const mechanism = parsers[name.toLowerCase()]?.(rest) ?? null;
  const qualifier = qualifiers[sign];
  return mechanism === null || qualifier === undefined ? null : { qualifier, mechanism, text };
}

/** By name: what stands after it, the colon or slash included. */
const parsers: Readonly<Record<string, (rest: string) => Mechanism | null>> = {
  all: (rest) => (rest === '' ? { kind: 'all' } : null),
  include: (rest) => parseNamed('include', rest),
  exists: (rest) => parseNamed('exists', rest),
  a: (rest) => parseHosts('a', rest),
  mx: (rest) => parseHosts('mx', rest),
  ptr(rest) {
    if (rest === '') return { kind: 'ptr', domain: null };
    const domain = parseColon(rest);
    return domain === null ? null : { kind: 'ptr', domain };
  },
  ip4: (rest) => parseNetwork('ip4', rest),
  ip6: (rest) => parseNetwork('ip6', rest),
};

function parseNamed(kind: 'include' | 'exists', rest: string): Mechanism | null {
  const domain = parseColon(rest);
  return domain === null ? null : { kind, domain };
}

function parseColon(rest: string): MacroString | null {
  return rest.startsWith(':') ? parseDomainSpec(rest.slice(1)) : null;
}

function parseHosts(kind: 'a' | 'mx', rest: string): Mechanism | null {
  const [lengths = ''] = /(?:\/[0-9]+)?(?:\/\/[0-9]+)?$/.exec(rest) ?? [];
  const [ipv4 = '', ipv6 = ''] = lengths.startsWith('//')
    ? ['', lengths.slice(2)]
    : lengths.slice(1).split('//');
  const prefix = { ipv4: parseBits(ipv4, 32), ipv6: parseBits(ipv6, 128) };
  const name = rest.slice(0, rest.length - lengths.length);
  const domain = name === '' ? null : parseColon(name);
  if (prefix.ipv4 === null || prefix.ipv6 === null || (name !== '' && domain === null)) return null;
  return { kind, domain, prefix: { ipv4: prefix.ipv4, ipv6: prefix.ipv6 } };
}

function parseNetwork(kind: 'ip4' | 'ip6', rest: string): Mechanism | null {
  const [, text = '', length = ''] = /^:([^/]+)(?:\/([0-9]+))?$/.exec(rest) ?? [];
  const isRight = kind === 'ip4' ? isFour(text) : text.includes(':');
  const network = isRight ? parseNetworkAddress(text) : null;
  const most = kind === 'ip4' ? 32 : 128;
  const bits = parseBits(length, most);
  return network === null || bits === null || network.length * 8 !== most ? null : { kind, network, bits };
}

const isFour = (text: string) => !text.includes(':');

/** Not what only wraps IPv4: ip6 with such an address matches nobody, since clients count as IPv4. */
function parseNetworkAddress(text: string): AddressBytes | null {
  const bytes = parseAddressBytes(text);
  return bytes?.length === 4 && text.includes(':')
    ? [...Array<number>(10).fill(0), 255, 255, ...bytes]
    : bytes;
}

/** Without leading zeros (§12); all bits when nothing is said. */
function parseBits(text: string, most: number): number | null {
  if (text === '') return most;
  return /^(?:0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= most ? Number(text) : null;
}
