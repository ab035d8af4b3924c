/**
 * JSON with one form for each value: names sorted, no spaces. RFC 8785 (JSON Canonicalization Scheme).
 * Members that are undefined are left out. Takes only what JSON can hold.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    members.sort(([a], [b]) => (a < b ? -1 : 1)); // by UTF-16 code units, as §3.2.3 asks
    let text = '';
    for (const [name, member] of members) {
      if (member === undefined) continue;
      text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
    }
    return text === '' ? '{}' : `${text}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
