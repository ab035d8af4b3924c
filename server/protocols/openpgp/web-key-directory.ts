import { createHash } from 'node:crypto';

const alphabet = 'ybndrfg8ejkmcpqxot1uwisza345h769';

/** z-base-32 of the SHA-1 of the local part in lower case: 32 characters. draft-koch-openpgp-webkey-service §3.1. */
export function webKeyHash(localPart: string): string {
  const digest = createHash('sha1')
    .update(
      localPart.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
      'utf8',
    )
    .digest();
  let text = '';
  let bits = 0;
  let held = 0;
  for (const octet of digest) {
    held = (held << 8) | octet;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** Where a key may be published. */
export interface WebKeyPlace {
  readonly method: 'advanced' | 'direct';
  readonly host: string;
  readonly path: string;
}

/** The advanced place, then the direct one, which counts only where the host of the first does not exist (§3.1). */
export function webKeyPlaces(address: { readonly local: string; readonly domain: string }): WebKeyPlace[] {
  const { local, domain } = address;
  const file = `hu/${webKeyHash(local)}?l=${encodeURIComponent(local)}`;
  return [
    { method: 'advanced', host: `openpgpkey.${domain}`, path: `/.well-known/openpgpkey/${domain}/${file}` },
    { method: 'direct', host: domain, path: `/.well-known/openpgpkey/${file}` },
  ];
}
