import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IP address as its 4 or 16 bytes. */
export type AddressBytes = readonly number[];

/** IPv6 that only wraps IPv4 is IPv4 (RFC 7208 §5). Null when it is no address. */
export function parseAddressBytes(text: string): AddressBytes | null {
  return isIPv4(text) || isIPv6(text) ? ipaddr.process(text).toByteArray() : null;
}

/** Whether both are of one family and agree in the first `bits` bits. */
export function isWithin(address: AddressBytes, network: AddressBytes, bits: number): boolean {
  if (address.length !== network.length) return false;
  const whole = Math.floor(bits / 8);
  for (let index = 0; index < whole; index += 1) if (address[index] !== network[index]) return false;
  const rest = bits % 8;
  const difference = (address[whole] ?? 0) ^ (network[whole] ?? 0);
  return rest === 0 || difference >> (8 - rest) === 0;
}

/** As %{i} has it: `192.0.2.1`, or 32 nibbles with dots between (RFC 7208 §7.3). */
export function dotted(address: AddressBytes): string {
  if (address.length === 4) return address.join('.');
  return [...Buffer.from(address).toString('hex').toUpperCase()].join('.');
}

/** As %{c} has it. */
export function readable(address: AddressBytes): string {
  return ipaddr.fromByteArray([...address]).toString();
}

/** Where the names of an address are (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: AddressBytes): string {
  return `${dotted(address).split('.').toReversed().join('.')}.${familyName(address)}.arpa`;
}

/** As %{v} has it. */
export function familyName(address: AddressBytes): 'in-addr' | 'ip6' {
  return address.length === 4 ? 'in-addr' : 'ip6';
}
