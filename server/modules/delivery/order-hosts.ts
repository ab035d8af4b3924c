import { isIPv6 } from 'node:net';

/** A server of the destination. */
export interface MailHost {
  readonly host: string;
  /** For SNI, where it is another (RFC 7672 §8.1). */
  readonly tlsName?: string;
  /** Of the MX record; lower first. */
  readonly preference: number;
  readonly addresses: readonly string[];
  /** Absent: that of all mail servers. */
  readonly port?: number;
}

export interface HostAddress {
  readonly host: string;
  readonly tlsName?: string;
  readonly address: string;
  readonly port?: number;
}

export interface HostOrder {
  /** It did not answer lately: asked last. */
  readonly failedLately: (address: string) => boolean;
  /** There is an open connection: among equals it is asked first. */
  readonly open: (address: string) => boolean;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** RFC 5321 §5.1 asks for at least two; a message does not wait for the time-outs of more than these. */
const mostAddresses = 10;

/**
 * The addresses in the order in which they are tried (RFC 5321 §5.1): by preference, equal ones spread at random;
 * IPv6 and IPv4 of a host in turn, so that one family that goes nowhere costs one time-out and not all.
 */
export function orderHosts(
  hosts: readonly MailHost[],
  { failedLately, open, random }: HostOrder,
): HostAddress[] {
  return hosts
    .map((one) => ({ ...one, isOpen: one.addresses.some(open), chance: random() }))
    .toSorted(
      (a, b) => a.preference - b.preference || Number(b.isOpen) - Number(a.isOpen) || a.chance - b.chance,
    )
    .flatMap(({ host, tlsName, port, addresses }) =>
      inTurn(addresses).map((address) => ({
        host,
        ...(tlsName === undefined ? {} : { tlsName }),
        ...(port === undefined ? {} : { port }),
        address,
      })),
    )
    .map((each) => ({ each, failed: failedLately(each.address) }))
    .toSorted((a, b) => Number(a.failed) - Number(b.failed))
    .map(({ each }) => each)
    .slice(0, mostAddresses);
}

function inTurn(addresses: readonly string[]): string[] {
  const sixes = addresses.filter((address) => isIPv6(address));
  const fours = addresses.filter((address) => !isIPv6(address));
  return Array.from({ length: Math.max(sixes.length, fours.length) }, (_, n) => [sixes[n], fours[n]])
    .flat()
    .filter((address) => address !== undefined);
}
