import { IdentityError } from './errors.ts';
import { createGate } from './gate.ts';
import { hashPassword, isOutdated, recommendedCost, verifyPassword, type HashCost } from './password-hash.ts';

/**
 * Two at once leave two of the four threads of libuv's pool to files and DNS, and bound the memory to 128 MiB.
 * Thirty-two more wait up to some three seconds; the rest are told to come back.
 */
const places = { running: 2, waiting: 32 };

/** Passwords, at a bounded cost. Each function throws IdentityError 'sign-in-busy' rather than queue for long. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** `hash` undefined: the same work, and false. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  isOutdated(hash: string): boolean;
}

export function createPasswords(cost: HashCost = recommendedCost): Passwords {
  const gate = createGate(places);

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    const done = await gate.run(work);
    if (done === undefined) {
      throw new IdentityError(
        'sign-in-busy',
        'Many people are signing in just now. Try again in a few seconds.',
        { retryAfter: 5 },
      );
    }
    return done.value;
  }

  return {
    hash: (password) => bounded(() => hashPassword(password, cost)),
    verify: (password, hash) => bounded(() => verifyPassword(password, hash, cost)),
    isOutdated: (hash) => isOutdated(hash, cost),
  };
}
