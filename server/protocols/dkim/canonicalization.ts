/** How much may change on the way without breaking a signature (RFC 6376 §3.4). */
export type Canonicalization =
  | 'simple' // nothing
  | 'relaxed'; // blanks, folding, the case of field names

/** The header's and the body's, as `c=` names them; null when it names what is not known (§3.5). */
export function parseCanonicalization(
  value: string,
): { readonly header: Canonicalization; readonly body: Canonicalization } | null {
  const [header = '', body = 'simple', ...more] = value.toLowerCase().split('/');
  if (more.length > 0 || !isKnown(header) || !isKnown(body)) return null;
  return { header, body };
}

function isKnown(name: string): name is Canonicalization {
  return name === 'simple' || name === 'relaxed';
}
