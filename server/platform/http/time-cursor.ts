import { isUuid } from '../ids.ts';

/** Where a page of a list in order of time begins: after this moment and, of that moment, after this id. */
export interface TimePosition {
  readonly at: Date;
  readonly id: string;
}

/** For `nextCursor`: opaque to clients, holds a time and an id and nothing of a person. */
export function writeTimeCursor({ at, id }: TimePosition): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

/** Undefined for a text that is not a cursor of ours. */
export function readTimeCursor(cursor: string): TimePosition | undefined {
  const [time = '', id = '', more] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const at = new Date(time);
  return Number.isNaN(at.getTime()) || !isUuid(id) || more !== undefined ? undefined : { at, id };
}
