import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import type { ProtectionModule } from '#modules/protection/index.ts';
import { domainOf, normalizeAddress } from '#protocols/mime/index.ts';
import { isPositive, openSmtpConnection, replyClass } from '#protocols/smtp/index.ts';

/** What the organisation's own server says of a recipient. */
export type RecipientThere = 'known' | 'unknown' | 'not-now'; // it could not be asked, or did not want to say: temporary

/** Asks the organisation's own servers who is there, before mail for somebody is taken that nobody would get. */
export interface OwnServers {
  /** Answers may be a minute old. Never rejects. */
  knows(address: string): Promise<RecipientThere>;
}

export interface OwnServersPorts {
  readonly protection: Pick<ProtectionModule, 'routeOf'>;
  /** Our name in EHLO. */
  readonly hostname: string;
  /** PEM of authorities trusted beside the public ones. */
  readonly trusted: readonly string[];
}

const timeouts = { connect: 5_000, handshake: 5_000, greeting: 10_000, command: 10_000, recipient: 20_000 };

export function createOwnServers(ports: OwnServersPorts): OwnServers {
  const cache = createExpiringCache<string, RecipientThere>({
    load: (address) => ask(ports, address),
    keepMs: 60_000,
    capacity: 20_000,
  });
  return {
    async knows(address) {
      const key = normalizeAddress(address);
      const answer = await cache.of(key).catch((): RecipientThere => 'not-now');
      if (answer === 'not-now') cache.forget(key);
      return answer;
    },
  };
}

/** By RCPT, under the same proof of who it is as the mail itself will ask for: an address is told to nobody else. */
async function ask(
  { protection, hostname, trusted }: OwnServersPorts,
  address: string,
): Promise<RecipientThere> {
  const route = await protection.routeOf(domainOf(address) ?? '');
  if (!('hosts' in route)) return 'not-now';
  for (const { host, addresses, port = 25 } of route.hosts) {
    for (const at of addresses) {
      const opened = await openSmtpConnection({
        host,
        address: at,
        port,
        localName: hostname,
        tls: { use: 'required', verified: true, trusted },
        timeouts,
      });
      if (!opened.ok) continue;
      const reply = await opened.connection.verify(address);
      void opened.connection.quit();
      if (reply === null) continue;
      if (isPositive(reply)) return 'known';
      return replyClass(reply) === 'permanent' ? 'unknown' : 'not-now';
    }
  }
  return 'not-now';
}
