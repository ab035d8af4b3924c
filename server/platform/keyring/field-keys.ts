import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { secureRandom } from '../random.ts';
import type { OrganizationKey } from './organization-keys.ts';

export const saltBytes = 16;

/**
 * Values that one derived key seals, each under a random nonce of 96 bits; NIST SP 800-38D §8.3 allows 2^32. Deriving
 * costs as much as sealing, so that what is written together shares a key.
 */
const mostSealed = 1_000;
/** Keys kept for opening, of each organisation key: what was sealed together is mostly opened together. */
const mostKept = 64;

interface SealingKey {
  readonly salt: Buffer;
  readonly key: KeyObject;
  left: number;
}

/** Keys of fields, each derived from an organisation's key for one purpose and salt. In memory for as long as that key. */
export function createFieldKeys() {
  const sealing = new WeakMap<OrganizationKey, Map<string, SealingKey>>();
  const opening = new WeakMap<OrganizationKey, Map<string, KeyObject>>();

  return {
    /** For one value. */
    forSealing(organizationKey: OrganizationKey, purpose: string): Omit<SealingKey, 'left'> {
      const byPurpose = sealing.get(organizationKey) ?? new Map<string, SealingKey>();
      sealing.set(organizationKey, byPurpose);
      let found = byPurpose.get(purpose);
      if (found === undefined || found.left === 0) {
        const salt = secureRandom(saltBytes);
        found = { salt, key: derive(organizationKey, purpose, salt), left: mostSealed };
        byPurpose.set(purpose, found);
      }
      found.left -= 1;
      return found;
    },

    forOpening(organizationKey: OrganizationKey, purpose: string, salt: Buffer): KeyObject {
      const kept = opening.get(organizationKey) ?? new Map<string, KeyObject>();
      opening.set(organizationKey, kept);
      const name = salt.toString('latin1') + purpose;
      const known = kept.get(name);
      if (known !== undefined) return known;
      const key = derive(organizationKey, purpose, salt);
      const [oldest] = kept.size < mostKept ? [] : kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(name, key);
      return key;
    },
  };
}

/** One PRF call: NIST SP 800-108 in feedback-free form, 256 bits from a 256-bit key. Much cheaper than HKDF's two. */
function derive(key: OrganizationKey, purpose: string, salt: Buffer): KeyObject {
  return createSecretKey(
    createHmac('sha256', key.sealing).update(purpose).update('\0').update(salt).digest(),
  );
}
