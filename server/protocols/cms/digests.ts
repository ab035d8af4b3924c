/** Digests by their names in Node. RFC 5754 §2. */
export const digestOids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

export type Digest = keyof typeof digestOids;

const sha1 = '1.3.14.3.2.26';

/** SHA-1 is named because it may stand inside OAEP and key derivation; nothing is signed with it. */
export function digestByOid(oid: string): Digest | 'sha1' | null {
  if (oid === sha1) return 'sha1';
  const found = Object.entries(digestOids).find(([, each]) => each === oid);
  return found === undefined ? null : (found[0] as Digest);
}
