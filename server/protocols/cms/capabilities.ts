import { algorithm, sequence, type Der } from './der.ts';
import { cipherByOid, cipherTraits, type ContentCipher } from './content-cipher.ts';
import { oaepSha256 } from './key-transport.ts';
import { oids } from './oids.ts';
import type { Element } from './element.ts';

/** What the signer says it can read. RFC 8551 §2.5.2. */
export interface Capabilities {
  /** In the signer's order of preference. */
  readonly ciphers: readonly ContentCipher[];
  readonly oaep: boolean;
}

/** What content is encrypted with, in our order of preference. */
export const contentCiphers: readonly ContentCipher[] = [
  'aes-256-gcm',
  'aes-128-gcm',
  'aes-256-cbc',
  'aes-128-cbc',
];

/** SMIMECapabilities of ours. */
export function writeCapabilities(): Der {
  return sequence(...contentCiphers.map((name) => algorithm(cipherTraits(name).oid)), oaepSha256);
}

/** Throws CmsError when it is malformed; what is unknown is passed over. */
export function readCapabilities(value: Element): Capabilities {
  const named = value.members.slice(0, 100).map((capability) => capability.fields.take().oid);
  const known = named.map(cipherByOid);
  return {
    ciphers: contentCiphers
      .filter((name) => known.includes(name))
      .sort((a, b) => known.indexOf(a) - known.indexOf(b)),
    oaep: named.includes(oids.rsaesOaep),
  };
}
