import { createTimedCache } from '#platform/cache/timed-cache.ts';
import { addressGroup, smtpReply } from '#protocols/smtp/index.ts';

export const tooManyUnknown = smtpReply(
  450,
  '4.7.1',
  'Too many unknown recipients from your network; please try again in an hour',
);

/** How often a network may ask for users that are not there. Harvesters change connections, so connections are not what counts. */
export interface UnknownRecipients {
  /** True when the network of this address has asked too often: then nobody is confirmed or denied to it. */
  isBarred(address: string): boolean;
  note(address: string): void;
}

const most = 200;
const withinMs = 60 * 60_000;
/** Networks remembered; the least recently seen goes first. */
const capacity = 50_000;

/** `now`: real time, for strangers do not wait for the product's clock. */
export function createUnknownRecipients(now = () => performance.now()): UnknownRecipients {
  const counts = createTimedCache<string, { count: number }>(capacity);
  return {
    isBarred: (address) => (counts.get(addressGroup(address), now())?.count ?? 0) >= most,
    note(address) {
      const key = addressGroup(address);
      const known = counts.get(key, now());
      if (known === undefined) counts.set(key, { count: 1 }, now() + withinMs);
      else known.count += 1;
    },
  };
}
