import { isIP } from 'node:net';
import { parseDnsServers, type DnsServer } from '#platform/dns/index.ts';
import { CarepostError } from '#platform/errors.ts';
import type { LogLevel } from '#platform/log/log.ts';
import type { ClamdAddress } from '#protocols/clamd/index.ts';
import { isLoopback, parseHostPort, type HostPort } from './host-port.ts';
import { settings, type SettingName } from './settings.ts';

export class ConfigError extends CarepostError<'setting-invalid'> {}

export const roles = ['api', 'mx', 'submission', 'delivery', 'worker'] as const;
export type ServerRole = (typeof roles)[number];

export interface LabConfig {
  /** First three octets. */
  readonly network: string;
  readonly dnsPort: number;
}

/** The lab's own internet: nobody else's mail servers listen where production looks for them. */
const labDefaults: Partial<Record<SettingName, string>> = {
  CAREPOST_OUTBOUND_PORT: '2526',
  CAREPOST_MTA_STS_PORT: '2531',
  CAREPOST_HOSTNAME: 'mx.lakeside.test',
};

/** Everything the environment decides, checked and typed. Secrets are in `secrets.ts`. */
export interface Config {
  readonly dataFolder: string;
  readonly http: HostPort;
  readonly publicUrl: URL;
  readonly mx: HostPort;
  readonly submission: HostPort;
  readonly submissions: HostPort;
  readonly hostname: string;
  readonly clamd: ClamdAddress | undefined;
  readonly dns: readonly DnsServer[];
  /** Absent: DANE is not used. */
  readonly dnssecProof: { readonly bad: string; readonly good: string } | undefined;
  readonly outboundPort: number;
  readonly mtaStsPort: number;
  readonly trustedCaFile: string | undefined;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | undefined;
  readonly trustedProxies: readonly string[];
  readonly roles: ReadonlySet<ServerRole>;
  readonly lab: LabConfig | undefined;
  readonly logLevel: LogLevel;
  readonly databaseConnections: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws ConfigError naming the setting, what is wrong with it and what it may be. */
export function readConfig(environment: Environment): Config {
  refuseUnknown(environment);
  const given = (name: SettingName) => (environment[name] === '' ? undefined : environment[name]);
  const lab = readLab(given('CAREPOST_LAB'));
  const standard = (name: SettingName) => (lab ? labDefaults[name] : undefined) ?? settings[name].default;
  const value = (name: SettingName) => given(name) ?? standard(name);
  const optional = (name: SettingName) => (value(name) === '' ? undefined : value(name));
  const address = (name: SettingName) => {
    const parsed = parseHostPort(value(name));
    if (parsed === undefined) throw invalid(name, 'must be host:port, for example 127.0.0.1:8025');
    return parsed;
  };
  const integer = (name: SettingName, least: number, most: number) => {
    const number = Number(value(name));
    if (!Number.isInteger(number) || number < least || number > most)
      throw invalid(name, `must be a whole number from ${least} to ${most}`);
    return number;
  };

  const http = address('CAREPOST_HTTP');
  const listeners = {
    mx: address('CAREPOST_MX'),
    submission: address('CAREPOST_SUBMISSION'),
    submissions: address('CAREPOST_SUBMISSIONS'),
  };
  const publicUrl = readPublicUrl(optional('CAREPOST_PUBLIC_URL'), http);
  if (lab) refusePublicLab(publicUrl, [http, ...Object.values(listeners)]);
  const certificateFile = optional('CAREPOST_TLS_CERT');
  const keyFile = optional('CAREPOST_TLS_KEY');
  if ((certificateFile === undefined) !== (keyFile === undefined))
    throw invalid('CAREPOST_TLS_CERT', 'and CAREPOST_TLS_KEY are given together or not at all');

  return {
    dataFolder: value('CAREPOST_DATA'),
    http,
    publicUrl,
    ...listeners,
    hostname: readHostname(value('CAREPOST_HOSTNAME')),
    clamd: readClamd(optional('CAREPOST_CLAMD')),
    dns: readDns(value('CAREPOST_DNS')),
    dnssecProof: readDnssecProof(environment['CAREPOST_DNSSEC_PROOF'] ?? standard('CAREPOST_DNSSEC_PROOF')),
    outboundPort: integer('CAREPOST_OUTBOUND_PORT', 1, 65_535),
    mtaStsPort: integer('CAREPOST_MTA_STS_PORT', 1, 65_535),
    trustedCaFile: optional('CAREPOST_TRUSTED_CA'),
    tls: certificateFile === undefined || keyFile === undefined ? undefined : { certificateFile, keyFile },
    trustedProxies: readProxies(value('CAREPOST_TRUSTED_PROXIES')),
    roles: readRoles(value('CAREPOST_ROLES')),
    lab: lab
      ? {
          network: readNetwork(value('CAREPOST_LAB_NETWORK')),
          dnsPort: integer('CAREPOST_LAB_DNS_PORT', 1, 65_535),
        }
      : undefined,
    logLevel: readLogLevel(value('CAREPOST_LOG')),
    databaseConnections: integer('CAREPOST_DATABASE_CONNECTIONS', 4, 500),
  };
}

function refuseUnknown(environment: Environment): void {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('CAREPOST_') && !Object.hasOwn(settings, name) && !name.startsWith('CAREPOST_TEST')) {
      throw new ConfigError(
        'setting-invalid',
        `${name} is not a setting of carepost. Run "carepost config" for the list.`,
      );
    }
  }
}

function invalid(name: string, why: string): ConfigError {
  return new ConfigError('setting-invalid', `${name} ${why}. Run "carepost config" for all settings.`);
}

function readLab(text: string | undefined): boolean {
  if (text !== undefined && text !== '0' && text !== '1') throw invalid('CAREPOST_LAB', 'must be 1 or empty');
  return text === '1';
}

/** RFC 5321 §4.1.2: a domain name; it goes into HELO and Message-ID as it is. */
function readHostname(text: string): string {
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
  if (text.length > 253 || !text.split('.').every((part) => label.test(part)))
    throw invalid('CAREPOST_HOSTNAME', 'must be a domain name, for example mx.clinic.example');
  return text;
}

function readProxies(text: string): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  const named = entries.filter((entry) => entry !== '');
  const understood = (entry: string) => {
    const [address = '', bits = '0', ...rest] = entry.split('/');
    const longest = isIP(address) === 4 ? 32 : 128;
    return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest;
  };
  if (!named.every(understood))
    throw invalid(
      'CAREPOST_TRUSTED_PROXIES',
      'must be addresses or networks, for example 127.0.0.1,10.0.0.0/8',
    );
  return named;
}

function readPublicUrl(text: string | undefined, http: HostPort): URL {
  if (text === undefined)
    return new URL(`http://${http.host.includes(':') ? `[${http.host}]` : http.host}:${http.port}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/') {
    throw invalid(
      'CAREPOST_PUBLIC_URL',
      'must be an http or https URL without a path, for example https://mail.clinic.example',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid(
      'CAREPOST_PUBLIC_URL',
      'must be https unless it names this machine itself (45 CFR 164.312(e))',
    );
  }
  return url;
}

function readClamd(text: string | undefined): ClamdAddress | undefined {
  if (text === undefined || text.startsWith('/')) return text === undefined ? undefined : { path: text };
  const parsed = parseHostPort(text);
  if (parsed === undefined)
    throw invalid(
      'CAREPOST_CLAMD',
      'must be the path of a unix socket or host:port, for example /run/clamav/clamd.ctl',
    );
  return parsed;
}

function readDns(text: string): readonly DnsServer[] {
  try {
    return parseDnsServers(text);
  } catch (cause) {
    throw new ConfigError(
      'setting-invalid',
      `CAREPOST_DNS: ${cause instanceof Error ? cause.message : 'not understood'}. Use "system" or a list of address:port.`,
      { cause },
    );
  }
}

function readDnssecProof(text: string): Config['dnssecProof'] {
  if (text.trim() === '') return undefined;
  const [bad, good, ...rest] = text.trim().split(/[\s,]+/);
  if (bad === undefined || good === undefined || rest.length > 0)
    throw invalid(
      'CAREPOST_DNSSEC_PROOF',
      'must be two names, the wrongly signed one first, for example "dnssec-failed.org ietf.org"',
    );
  return { bad, good };
}

function readNetwork(text: string): string {
  if (!/^127\.\d{1,3}\.\d{1,3}$/.test(text))
    throw invalid('CAREPOST_LAB_NETWORK', 'must be three octets of loopback, for example 127.0.1');
  return text;
}

function readRoles(text: string): ReadonlySet<ServerRole> {
  if (text === 'all') return new Set(roles);
  const wanted = text.split(',').map((entry) => entry.trim());
  const unknown = wanted.find((entry) => !roles.some((role) => role === entry));
  if (unknown !== undefined || wanted.length === 0)
    throw invalid('CAREPOST_ROLES', `must be "all" or some of ${roles.join(', ')}`);
  return new Set(roles.filter((role) => wanted.includes(role)));
}

function readLogLevel(text: string): LogLevel {
  const level = (['debug', 'info', 'warn', 'error', 'silent'] as const).find((known) => known === text);
  if (level === undefined) throw invalid('CAREPOST_LOG', 'must be debug, info, warn, error or silent');
  return level;
}

/** The lab opens doors (its clock, everyone's inbox): only on this machine. */
function refusePublicLab(publicUrl: URL, addresses: readonly HostPort[]): void {
  if (isLoopback(publicUrl.hostname) && addresses.every(({ host }) => isLoopback(host))) return;
  throw invalid(
    'CAREPOST_LAB',
    'is refused together with a public address: the lab opens every inbox. Unset it, or listen on 127.0.0.1 only',
  );
}
