import type { JsonObject } from './json.ts';

/** Which states changed, by account and type. RFC 8620 §7.1. */
export type ChangedStates = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface EventSourceRequest {
  /** The types to hear of; null for all. */
  readonly types: ReadonlySet<string> | null;
  /** Whether the connection ends after the first change. */
  readonly closeAfterState: boolean;
  /** Seconds between pings; 0 for none. */
  readonly pingSeconds: number;
}

/** Pings are held between these, as RFC 8620 §7.3 allows. */
export const pingRange = { least: 5, most: 300 };

/** Reads the query of the event source resource; null when it is not what §7.3 says. */
export function readEventSourceRequest(
  query: Readonly<Record<string, string | undefined>>,
): EventSourceRequest | null {
  const { types = '*', closeafter = 'no', ping = '0' } = query;
  if (closeafter !== 'no' && closeafter !== 'state') return null;
  if (!/^[0-9]{1,6}$/.test(ping) || !/^(?:\*|[A-Za-z]{1,64}(?:,[A-Za-z]{1,64}){0,31})$/.test(types))
    return null;
  const seconds = Number(ping);
  return {
    types: types === '*' ? null : new Set(types.split(',')),
    closeAfterState: closeafter === 'state',
    pingSeconds: seconds === 0 ? 0 : Math.min(pingRange.most, Math.max(pingRange.least, seconds)),
  };
}

/** One server-sent event with a StateChange. RFC 8620 §7.1, §7.3. */
export function stateEvent(changed: ChangedStates, id?: string): string {
  return event('state', { '@type': 'StateChange', changed }, id);
}

/** The ping that tells a client that the connection is alive, and the interval in use. RFC 8620 §7.3. */
export function pingEvent(interval: number): string {
  return event('ping', { interval });
}

function event(name: string, data: JsonObject, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
