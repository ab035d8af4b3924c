import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

export interface HashCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** RFC 9106 §4, second recommended option: 64 MiB, three passes, four lanes. About 0.15 s of a core. */
export const recommendedCost: HashCost = { memory: 64 * 1024, passes: 3, parallelism: 4 };

const saltBytes = 16;
const tagBytes = 32;

/** A PHC string: `$argon2id$v=19$m=65536,t=3,p=4$salt$tag`. Runs in the thread pool. */
export async function hashPassword(password: string, cost: HashCost = recommendedCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await tagOf(password, salt, cost);
  return `$argon2id$v=19$${costText(cost)}$${unpadded(salt)}$${unpadded(tag)}`;
}

/**
 * True when `password` made `hash`. Without a hash it does the same work and answers false, so that the time
 * does not tell whether there is such a user. Throws when `hash` is not one of ours.
 */
export async function verifyPassword(
  password: string,
  hash: string | undefined,
  cost: HashCost = recommendedCost,
): Promise<boolean> {
  if (hash === undefined) {
    await tagOf(password, randomBytes(saltBytes), cost);
    return false;
  }
  const { salt, tag, ...stored } = readHash(hash);
  return timingSafeEqual(await tagOf(password, salt, stored.cost), tag);
}

/** True when the hash was made at another cost than today's and should be made again at the next sign-in. */
export function isOutdated(hash: string, cost: HashCost = recommendedCost): boolean {
  return costText(readHash(hash).cost) !== costText(cost);
}

function tagOf(password: string, nonce: Buffer, { memory, passes, parallelism }: HashCost): Promise<Buffer> {
  // NIST SP 800-63B §3.1.1.2: normalised, so that the same letters match from every keyboard.
  return derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce,
    memory,
    passes,
    parallelism,
    tagLength: tagBytes,
  });
}

function readHash(hash: string): { cost: HashCost; salt: Buffer; tag: Buffer } {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  const [, memory, passes, parallelism, salt, tag] = found ?? [];
  if (salt === undefined || tag === undefined) throw new TypeError('Not an argon2id PHC string');
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function costText({ memory, passes, parallelism }: HashCost): string {
  return `m=${memory},t=${passes},p=${parallelism}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
