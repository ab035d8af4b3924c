import { domainToASCII } from 'node:url';

/**
 * The form of a name that goes into a packet: lower case, A-labels, no final dot.
 * Returns null for what can never be a domain name: empty or over-long labels
 * (63 octets) or names (253), spaces and control characters, or labels that IDNA forbids.
 * Underscores are kept: `_mta-sts.example.org` is a name.
 */
export function toDnsName(name: string): string | null {
  const ascii = (isAscii(name) ? name : domainToASCII(name)).toLowerCase().replace(/\.$/, '');
  if (ascii.length === 0 || ascii.length > 253) return null;
  for (const label of ascii.split('.')) {
    if (!/^[a-z0-9_-]{1,63}$/.test(label)) return null;
  }
  return ascii;
}

/**
 * What is asked for: a domain name, or any other printable ASCII in labels of 63 octets. Such names are made by the
 * macros of SPF, of addresses with characters that no host name has (RFC 7208 §7.3).
 */
export function toQueryName(name: string): string | null {
  const plain = name.toLowerCase().replace(/\.$/, '');
  const isAskable = plain.length <= 253 && /^(?:[ -\-/-~]{1,63}\.)*[ -\-/-~]{1,63}$/.test(plain);
  return toDnsName(name) ?? (isAskable ? plain : null);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
