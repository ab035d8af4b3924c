import type { AddressResolver, Answer, TxtResolver } from '#protocols/dns/index.ts';
import {
  dotted,
  familyName,
  isWithin,
  parseAddressBytes,
  readable,
  reverseName,
  type AddressBytes,
} from './address.ts';
import {
  expandMacros,
  parseMacroString,
  shortenName,
  type MacroLetter,
  type MacroString,
} from './macro-string.ts';
import {
  isSpfRecord,
  parseSpfRecord,
  type Directive,
  type Mechanism,
  type Prefix,
  type SpfRecord,
} from './record.ts';

/** RFC 7208 §2.6. */
export type SpfVerdict =
  | 'none' // the domain says nothing, or there is no domain
  | 'neutral' // it says that it does not say
  | 'pass' // the client may send in its name
  | 'fail' // it may not
  | 'softfail' // it probably may not
  | 'temperror' // the DNS could not say just now
  | 'permerror'; // its record cannot be understood

export interface SpfResult {
  readonly verdict: SpfVerdict;
  /** Whose record was asked: of the sender, or of the HELO name where there is no sender. */
  readonly domain: string;
  readonly identity: 'mailfrom' | 'helo';
  /** The part of the record that decided, as written; null when none did. */
  readonly mechanism: string | null;
  /** What the domain wants to be told to those it fails; null when it says nothing. Written by strangers. */
  readonly explanation: string | null;
}

export interface SpfQuestion {
  /** The client's address. */
  readonly ip: string;
  readonly helo: string;
  /** Of MAIL FROM; '' for the null reverse path. */
  readonly mailFrom: string;
  /** Our name. */
  readonly receiver: string;
  readonly now: Date;
}

export type SpfResolver = TxtResolver & AddressResolver;

/** §4.6.4: terms of all records together that ask the DNS. */
const mostTerms = 10;
/** §4.6.4: answers without any record. */
const mostVoid = 2;
/** §4.6.4: names of one mx or ptr. */
const mostNames = 10;

/** The record, or the limits, cannot be followed: permerror, or the DNS failed: temperror. */
class SpfFailure extends Error {
  readonly verdict: 'permerror' | 'temperror';

  constructor(verdict: 'permerror' | 'temperror') {
    super(verdict);
    this.verdict = verdict;
  }
}

/**
 * Whether `ip` may send for the domain of `mailFrom`, or of `helo` where that is empty (RFC 7208 §4). Asks at most
 * some 120 questions, one after the other where the answer decides what is asked next. Never rejects if `dns` does not.
 */
export async function checkHost(question: SpfQuestion, dns: SpfResolver): Promise<SpfResult> {
  const identity = question.mailFrom === '' ? 'helo' : 'mailfrom';
  const sender = question.mailFrom === '' ? `postmaster@${question.helo}` : question.mailFrom;
  const at = sender.lastIndexOf('@');
  const domain = sender.slice(at + 1).replace(/\.$/, '');
  const ip = parseAddressBytes(question.ip);
  const outcome = { domain, identity, mechanism: null, explanation: null } as const;
  if (ip === null || !isDomainName(domain)) return { ...outcome, verdict: 'none' }; // §4.3
  const local = at > 0 ? sender.slice(0, at) : 'postmaster';
  const check = new HostCheck({ ...question, address: ip, local, senderDomain: sender.slice(at + 1), dns });
  const { verdict, mechanism, explanation } = await check.settle(domain);
  return { ...outcome, verdict, mechanism, explanation };
}

interface Facts extends SpfQuestion {
  readonly address: AddressBytes;
  readonly local: string;
  readonly senderDomain: string;
  readonly dns: SpfResolver;
}

type Settled = Pick<SpfResult, 'verdict' | 'mechanism' | 'explanation'>;

/** What an answer says, for as long as the resolver keeps it: many messages come from one domain. */
const readRecords = new WeakMap<object, SpfRecord | 'malformed' | null>();

/** Null where the domain has none (§4.5); several count as malformed. */
function readRecord(texts: readonly string[]): SpfRecord | 'malformed' | null {
  const records = texts.filter(isSpfRecord);
  const [text] = records;
  if (text === undefined) return null;
  return (records.length === 1 ? parseSpfRecord(text) : null) ?? 'malformed';
}

/** One run of check_host() with all records that it leads to. */
class HostCheck {
  readonly #facts: Facts;
  #terms = 0;
  #void = 0;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  async settle(domain: string): Promise<Settled> {
    try {
      return await this.#check(domain, true);
    } catch (error) {
      if (!(error instanceof SpfFailure)) throw error;
      return { verdict: error.verdict, mechanism: null, explanation: null };
    }
  }

  async #check(domain: string, explains: boolean): Promise<Settled> {
    const record = await this.#recordOf(domain);
    if (record === null) return { verdict: 'none', mechanism: null, explanation: null };
    for (const directive of record.directives) {
      if (!(await this.#matches(directive, domain))) continue;
      const { qualifier: verdict, text: mechanism } = directive;
      const isTold = verdict === 'fail' && explains && record.explanation !== null;
      const explanation = isTold ? await this.#explain(record.explanation, domain) : null;
      return { verdict, mechanism, explanation };
    }
    if (record.redirect === null) return { verdict: 'neutral', mechanism: null, explanation: null }; // §4.7
    this.#countTerm();
    const target = await this.#nameOf(record.redirect, domain);
    const redirected = isDomainName(target) ? await this.#check(target, explains) : null;
    if (redirected === null || redirected.verdict === 'none') throw new SpfFailure('permerror'); // §6.1
    return redirected;
  }

  async #recordOf(domain: string): Promise<SpfRecord | null> {
    const answer = await this.#facts.dns.txt(domain);
    if (answer.kind === 'temporary') throw new SpfFailure('temperror');
    if (answer.kind !== 'found') return null;
    let record = readRecords.get(answer);
    if (record === undefined) readRecords.set(answer, (record = readRecord(answer.records)));
    if (record === 'malformed') throw new SpfFailure('permerror');
    return record;
  }

  async #matches({ mechanism }: Directive, domain: string): Promise<boolean> {
    const { address } = this.#facts;
    if (mechanism.kind === 'all') return true;
    if ('network' in mechanism) return isWithin(address, mechanism.network, mechanism.bits);
    this.#countTerm();
    return this.#matchesNamed(mechanism, domain);
  }

  async #matchesNamed(
    mechanism: Exclude<Mechanism, { kind: 'all' | 'ip4' | 'ip6' }>,
    domain: string,
  ): Promise<boolean> {
    const { dns } = this.#facts;
    const target = mechanism.domain === null ? domain : await this.#nameOf(mechanism.domain, domain);
    switch (mechanism.kind) {
      case 'include': {
        const { verdict } = isDomainName(target) ? await this.#check(target, false) : { verdict: 'none' };
        if (verdict === 'none') throw new SpfFailure('permerror'); // §5.2
        return verdict === 'pass';
      }
      case 'exists':
        return this.#counted(await dns.a(target)).length > 0; // §5.7: A, whatever the client's family
      case 'a':
        return this.#isAmong(this.#counted(await this.#addressesOf(target)), mechanism.prefix);
      case 'mx':
        return this.#matchesExchangers(target, mechanism.prefix);
      case 'ptr': {
        const suffix = `.${target.toLowerCase()}`;
        const names = await this.#provenNames();
        return names.some((name) => `.${name.toLowerCase()}`.endsWith(suffix));
      }
    }
  }

  async #matchesExchangers(target: string, prefix: Prefix): Promise<boolean> {
    const answer = await this.#facts.dns.mx(target);
    if (answer.kind === 'null-mx') return false;
    const exchangers = this.#counted(answer);
    if (exchangers.length > mostNames) throw new SpfFailure('permerror'); // §4.6.4
    for (const { exchange } of exchangers) {
      if (this.#isAmong(this.#counted(await this.#addressesOf(exchange)), prefix)) return true;
    }
    return false;
  }

  #addressesOf(name: string): Promise<Answer<string>> {
    const { dns, address } = this.#facts;
    return address.length === 4 ? dns.a(name) : dns.aaaa(name);
  }

  #isAmong(addresses: readonly string[], { ipv4, ipv6 }: Prefix): boolean {
    const { address } = this.#facts;
    return addresses.some((text) => {
      const bytes = parseAddressBytes(text);
      return bytes !== null && isWithin(address, bytes, address.length === 4 ? ipv4 : ipv6);
    });
  }

  /** Names of the client that lead back to its address (§5.5). What cannot be found out does not count. */
  async #provenNames(): Promise<string[]> {
    const { dns, address } = this.#facts;
    const answer = await dns.ptr(reverseName(address));
    if (answer.kind === 'no-data' || answer.kind === 'no-such-domain') this.#countVoid();
    const names = answer.kind === 'found' ? answer.records.slice(0, mostNames) : [];
    const proven: string[] = [];
    for (const name of names) {
      const back = await this.#addressesOf(name);
      if (back.kind === 'found' && this.#isAmong(back.records, { ipv4: 32, ipv6: 128 })) proven.push(name);
    }
    return proven;
  }

  /** The records of an answer. None at all is counted; too often is an error of the record (§4.6.4). */
  #counted<R>(answer: Answer<R>): readonly R[] {
    if (answer.kind === 'found') return answer.records;
    if (answer.kind === 'temporary') throw new SpfFailure('temperror');
    this.#countVoid();
    return [];
  }

  #countVoid(): void {
    this.#void += 1;
    if (this.#void > mostVoid) throw new SpfFailure('permerror');
  }

  #countTerm(): void {
    this.#terms += 1;
    if (this.#terms > mostTerms) throw new SpfFailure('permerror');
  }

  async #nameOf(spec: MacroString, domain: string): Promise<string> {
    return shortenName(await expandMacros(spec, (letter) => this.#valueOf(letter, domain)));
  }

  /** Null wherever anything about it is not as it should be (§6.2): it is only words. */
  async #explain(spec: MacroString | null, domain: string): Promise<string | null> {
    const answer = spec === null ? null : await this.#facts.dns.txt(await this.#nameOf(spec, domain));
    const [text, ...more] = answer?.kind === 'found' ? answer.records : [];
    if (text === undefined || more.length > 0) return null;
    const parts = parseMacroString(text, 'explanation');
    return parts === null ? null : expandMacros(parts, (letter) => this.#valueOf(letter, domain));
  }

  async #valueOf(letter: MacroLetter, domain: string): Promise<string> {
    const { address, local, senderDomain, helo, receiver, now } = this.#facts;
    switch (letter) {
      case 's':
        return `${local}@${senderDomain}`;
      case 'l':
        return local;
      case 'o':
        return senderDomain;
      case 'd':
        return domain;
      case 'i':
        return dotted(address);
      case 'p':
        return this.#nameForPeople(domain);
      case 'v':
        return familyName(address);
      case 'h':
        return helo;
      case 'c':
        return readable(address);
      case 'r':
        return receiver;
      case 't':
        return String(Math.floor(now.getTime() / 1000));
    }
  }

  /** §7.3 %{p}: the domain itself or below it if it can be, else any, else `unknown`. */
  async #nameForPeople(domain: string): Promise<string> {
    const names = await this.#provenNames();
    const wanted = domain.toLowerCase();
    const [best = 'unknown'] = names
      .filter((name) => name.toLowerCase() === wanted)
      .concat(
        names.filter((name) => name.toLowerCase().endsWith(`.${wanted}`)),
        names,
      );
    return best;
  }
}

/** More than one label, each of 1 to 63 octets (§4.3); not an address in brackets. */
function isDomainName(name: string): boolean {
  const labels = name.split('.');
  if (name.length > 253 || labels.length < 2 || name.startsWith('[')) return false;
  return labels.every((label) => label.length >= 1 && Buffer.byteLength(label) <= 63);
}
