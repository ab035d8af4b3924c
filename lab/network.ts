import { randomInt } from 'node:crypto';

/** A /24 of loopback for a lab of one's own, so that labs of several test files do not meet. */
export function anyLabNetwork(): string {
  return `127.${randomInt(2, 255)}.${randomInt(1, 255)}`;
}
