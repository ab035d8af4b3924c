import type { MailConstraints } from '../cms/index.ts';

/** True when an authority that is bound by these constraints may certify the address. RFC 5280 §4.2.1.10, RFC 9598 §6. */
export function permits({ permitted, excluded }: MailConstraints, address: string): boolean {
  if (excluded.some((range) => isWithin(address, range))) return false;
  return permitted === null || permitted.some((range) => isWithin(address, range));
}

/** Address and range in lower case. */
function isWithin(address: string, range: string): boolean {
  const host = address.slice(address.lastIndexOf('@') + 1);
  if (range.includes('@')) return address === range;
  return range.startsWith('.') ? host.endsWith(range) && host.length > range.length : host === range;
}
