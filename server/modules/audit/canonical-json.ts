/**
 * JSON with one form for each value: names sorted, no spaces. RFC 8785 (JSON Canonicalization Scheme).
 * Members that are undefined are left out. Takes only what JSON can hold.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    let members = '';
    // By UTF-16 code units, as §3.2.3 asks.
    for (const [name, member] of Object.entries(value).sort(byName)) {
      if (member !== undefined)
        members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
