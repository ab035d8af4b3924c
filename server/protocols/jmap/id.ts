/** RFC 8620 §1.2: 1 to 255 octets of the URL-safe base64 alphabet. */
const idShape = /^[A-Za-z0-9_-]{1,255}$/;

/** Whether a value has the shape of a JMAP Id; says nothing about what it names. */
export function isJmapId(value: unknown): value is string {
  return typeof value === 'string' && idShape.test(value);
}

/** Whether a value is an Id or, as RFC 8620 §5.3 allows in /set, `#` and a creation id. */
export function isIdOrCreationReference(value: unknown): value is string {
  return typeof value === 'string' && isJmapId(value.startsWith('#') ? value.slice(1) : value);
}
