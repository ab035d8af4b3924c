import { BlockList, isIPv4 } from 'node:net';
import type { Id, OrganizationId, UserId } from '#contract/ids.ts';
import type { RelayKind } from '#contract/gateway.ts';
import type { SmtpSession } from '#protocols/smtp/index.ts';

export type RelayId = Id<'relay'>;

/** A server of an organisation that may send through us. */
export interface Relay {
  readonly organizationId: OrganizationId;
  readonly relayId: RelayId;
  readonly name: string;
  readonly kind: RelayKind;
  readonly networks: readonly string[];
  readonly fingerprints: readonly string[];
  readonly certificateNames: readonly string[];
  readonly senderDomains: readonly string[];
  readonly userId: UserId;
  /** SHA-256 of the secret that its messages carry; null where its address or certificate is nobody else's. */
  readonly tokenDigest: Buffer | null;
}

/** A relay that a connection can be held against. */
export interface KnownRelay extends Relay {
  /** Whether the connection is the relay's, by its address or its certificate. */
  isFrom(session: Pick<SmtpSession, 'remoteAddress' | 'tls'>): boolean;
}

export function knownRelay(relay: Relay): KnownRelay {
  const networks = new BlockList();
  for (const network of relay.networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    networks.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  }
  const fingerprints = new Set(relay.fingerprints);
  return {
    ...relay,
    isFrom({ remoteAddress, tls }) {
      const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
      if (networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) return true;
      const shown = tls?.clientCertificate ?? null;
      return (
        shown !== null &&
        (fingerprints.has(shown.fingerprint) || relay.certificateNames.some((name) => shown.isFor(name)))
      );
    },
  };
}
