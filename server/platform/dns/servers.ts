import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';

/** A recursive resolver: an IP address, never a name. */
export interface DnsServer {
  address: string;
  port: number;
  /** On this machine, so that its AD bit can be believed. */
  loopback: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Reads `CAREPOST_DNS`: `system` (the servers of /etc/resolv.conf), or a comma-separated
 * list of `address`, `address:port` or `[v6]:port`. Port 53 by default.
 * @throws RangeError when an entry is not an address.
 */
export function parseDnsServers(setting: string): DnsServer[] {
  if (setting.trim() === 'system') return readSystemServers();
  return setting.split(',').map((entry) => parseServer(entry.trim()));
}

function parseServer(entry: string): DnsServer {
  const parts = /^\[(?<v6>[^\]]+)\](?::(?<v6Port>\d+))?$|^(?<v4>[^:]+)(?::(?<v4Port>\d+))?$/.exec(
    entry,
  )?.groups;
  const address = parts?.['v6'] ?? parts?.['v4'] ?? entry;
  const port = Number(parts?.['v6Port'] ?? parts?.['v4Port'] ?? 53);
  const family = isIP(address);
  if (family === 0 || port < 1 || port > 65535) {
    throw new RangeError(`"${entry}" is not a DNS server: give an IP address, or address:port`);
  }
  return { address, port, loopback: loopback.check(address, family === 6 ? 'ipv6' : 'ipv4') };
}

/** resolv.conf(5): without a nameserver line, the one on this machine. */
function readSystemServers(path = '/etc/resolv.conf'): DnsServer[] {
  const servers = parseResolvConf(readFileSync(path, 'utf8'));
  return servers.length > 0 ? servers : [parseServer('127.0.0.1')];
}

/** The `nameserver` lines of a resolv.conf. Scoped addresses (`fe80::1%eth0`) are left out. */
export function parseResolvConf(text: string): DnsServer[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map((line) => line[1] ?? '')
    .filter((address) => isIP(address) !== 0 && !address.includes('%'))
    .map((address) => parseServer(isIP(address) === 6 ? `[${address}]` : address));
}
