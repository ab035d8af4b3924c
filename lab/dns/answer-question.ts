import type { Answer, Question } from 'dns-packet';
import type { Zone } from './zone.ts';

/** What the lab's DNS says to one question. `null`: it says nothing. */
export interface LabAnswer {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  answers: Answer[];
  authorities: Answer[];
  authentic: boolean;
}

const negativeSeconds = 30;

/** Answers from the zones alone, following aliases within them; NXDOMAIN for all other names. */
export function answerQuestion(zones: readonly Zone[], question: Question): LabAnswer | null {
  const zone = zoneOf(zones, question.name);
  if (zone?.behaviour === 'is-silent') return null;
  if (zone?.behaviour === 'fails')
    return { rcode: 'SERVFAIL', answers: [], authorities: [], authentic: false };
  if (zone?.behaviour === 'refuses')
    return { rcode: 'REFUSED', answers: [], authorities: [], authentic: false };

  const answers = answersTo(zones, question);
  const lastName = endOfChain(answers, question.name);
  const lastZone = zoneOf(zones, lastName);
  const authentic = zone?.signed === true && lastZone?.signed === true;
  if (answers.some((record) => record.type === question.type)) {
    return { rcode: 'NOERROR', answers, authorities: [], authentic };
  }
  return {
    rcode: exists(zones, lastName) ? 'NOERROR' : 'NXDOMAIN',
    answers,
    authorities: [startOfAuthority(lastZone?.name ?? '.')],
    authentic,
  };
}

function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  const wanted = name.toLowerCase();
  return zones
    .filter((zone) => wanted === zone.name || wanted.endsWith(`.${zone.name}`))
    .toSorted((one, other) => other.name.length - one.name.length)[0];
}

function answersTo(zones: readonly Zone[], question: Question): Answer[] {
  const chain: Answer[] = [];
  let name = question.name.toLowerCase();
  for (let hops = 0; hops < 8; hops++) {
    const here = recordsAt(zones, name);
    const wanted = here.filter((record) => record.type === question.type);
    const alias = here.find((record) => record.type === 'CNAME');
    if (wanted.length > 0 || alias?.type !== 'CNAME') return [...chain, ...wanted];
    chain.push(alias);
    name = alias.data.toLowerCase();
  }
  return chain;
}

function recordsAt(zones: readonly Zone[], name: string): Answer[] {
  return zoneOf(zones, name)?.records.filter((record) => record.name.toLowerCase() === name) ?? [];
}

function endOfChain(answers: readonly Answer[], name: string): string {
  const last = answers.findLast((record) => record.type === 'CNAME');
  return last?.type === 'CNAME' ? last.data.toLowerCase() : name.toLowerCase();
}

/** A name exists when it, or something below it, has records (RFC 8020). */
function exists(zones: readonly Zone[], name: string): boolean {
  const zone = zoneOf(zones, name);
  return (
    zone !== undefined &&
    (zone.name === name || zone.records.some((record) => `.${record.name}`.endsWith(`.${name}`)))
  );
}

function startOfAuthority(zone: string): Answer {
  return {
    type: 'SOA',
    name: zone,
    ttl: negativeSeconds,
    data: {
      mname: 'ns.lab.test',
      rname: 'hostmaster.lab.test',
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86_400,
      minimum: negativeSeconds,
    },
  };
}
