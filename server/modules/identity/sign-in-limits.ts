import ipaddr from 'ipaddr.js';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { normalizeAddress } from '#protocols/mime/address.ts';
import { clearTries, countTry, uncountTry } from './sign-in-limit-store.ts';

export interface SignInLimitRules {
  /** Wrong tries from one network in a window. Clinics sit behind one address, so this is generous. */
  readonly networkTries: number;
  /** Wrong tries for one name in a window, from wherever. */
  readonly nameTries: number;
  /** From the first wrong try on. */
  readonly windowMinutes: number;
}

/** The two doors count apart: a mail program with an old password must not keep its owner out of the workspace. */
export const signInLimitRules: Record<'workspace' | 'smtp', SignInLimitRules> = {
  workspace: { networkTries: 50, nameTries: 10, windowMinutes: 15 },
  smtp: { networkTries: 200, nameTries: 20, windowMinutes: 15 },
};

export type LimitVerdict =
  | {
      readonly ok: true;
      /** The try was right: the name starts anew, the network gets it back. */
      giveBack(): Promise<void>;
    }
  | {
      readonly ok: false;
      readonly retryAfterSeconds: number;
      /** True for the try that reached the limit, false for those after it. */
      readonly isFirst: boolean;
    };

export interface SignInLimits {
  /** Counts a try before it is looked at: a hundred at once count as a hundred. */
  take(door: 'workspace' | 'smtp', ip: string, name: string): Promise<LimitVerdict>;
}

/** Slows guessing and tells how long; never locks for good. The counts are shared by all processes. */
export function createSignInLimits(
  { database, keyring, clock }: { database: Database; keyring: Keyring; clock: Clock },
  rules = signInLimitRules,
): SignInLimits {
  const keyOf = (kind: string, door: string, value: string) =>
    keyring.globalBlindIndex('identity.sign-in-limit', `${kind}\0${door}\0${value}`);

  return {
    async take(door, ip, name) {
      const { networkTries, nameTries, windowMinutes } = rules[door];
      const network = await keyOf('network', door, networkOf(ip));
      const user = await keyOf('name', door, normalizeAddress(name));
      const now = clock.now();
      const windowEndsAt = new Date(now.getTime() + windowMinutes * 60_000);

      const refusal = await database.acrossTenants(async (tx) => {
        // The network first: one that is over its limit cannot use up the tries of a name.
        const byNetwork = await countTry(tx, network, now, windowEndsAt);
        if (byNetwork.tries > networkTries) return { ...byNetwork, allowed: networkTries };
        const byName = await countTry(tx, user, now, windowEndsAt);
        return byName.tries > nameTries ? { ...byName, allowed: nameTries } : undefined;
      });
      if (refusal !== undefined) {
        return {
          ok: false,
          retryAfterSeconds: Math.max(1, Math.ceil((refusal.windowEndsAt.getTime() - now.getTime()) / 1000)),
          isFirst: refusal.tries === refusal.allowed + 1,
        };
      }
      return {
        ok: true,
        giveBack: () =>
          database.acrossTenants(async (tx) => {
            await uncountTry(tx, network);
            await clearTries(tx, user);
          }),
      };
    },
  };
}

/** Whoever holds one IPv6 address holds its /64: that is what counts as one caller. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip); // an IPv4 address mapped to IPv6 is the IPv4 address
  if (address.kind() === 'ipv4') return address.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString();
}
