import type { Mailbox } from '#modules/identity/index.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { ReceptionPorts } from './ports.ts';

/** Whose a local address is. */
export interface LocalUsers {
  /** Null when no active user has the address. Who is known may be 2 s old; who is new is known at once. */
  find(address: string): Promise<Mailbox | null>;
}

export function createLocalUsers({ identity }: Pick<ReceptionPorts, 'identity'>): LocalUsers {
  const cache = createExpiringCache<string, Mailbox | null>({
    load: (address) => identity.findUserByAddress(address),
    keepMs: 2_000,
    capacity: 10_000,
  });
  return {
    async find(address) {
      const key = normalizeAddress(address);
      const found = await cache.of(key);
      if (found === null) cache.forget(key);
      return found;
    },
  };
}
