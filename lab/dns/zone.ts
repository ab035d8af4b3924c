import type { Answer } from 'dns-packet';

/** How the lab's DNS server treats questions about a zone. */
export type ZoneBehaviour =
  | 'answers'
  | 'fails' // SERVFAIL, as a validating resolver does for a bogus zone
  | 'refuses'
  | 'is-silent'; // no answer at all: the client runs into its time limit

/** A zone that the lab's DNS server is authoritative for. */
export interface Zone {
  name: string;
  records: Answer[];
  behaviour?: ZoneBehaviour;
  /** Sets the AD bit, as a validating resolver would for a signed zone. Default false. */
  signed?: boolean;
}

/** Short, so that a person who edits the lab sees the effect soon. */
const ttl = 60;

export function mx(name: string, exchange: string, preference = 10): Answer {
  return { type: 'MX', name, ttl, data: { preference, exchange } };
}

export function a(name: string, address: string): Answer {
  return { type: 'A', name, ttl, data: address };
}

export function txt(name: string, ...strings: string[]): Answer {
  return { type: 'TXT', name, ttl, data: strings };
}

export function cname(name: string, target: string): Answer {
  return { type: 'CNAME', name, ttl, data: target };
}
