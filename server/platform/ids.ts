import { randomUUIDv7 } from 'node:crypto';
import type { Id } from '#contract/ids.ts';

/** Mints a UUIDv7 (RFC 9562 §5.7): time-ordered, so that primary keys append to their index. */
export function newId<T extends Id<string>>(): T {
  return randomUUIDv7() as T;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for the lower-case textual form of a UUID, the only form that is ever stored or compared. */
export function isUuid(value: string): boolean {
  return uuid.test(value);
}
