import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { listening } from './postfix.ts';
import { runProgram } from './run-program.ts';

/** A zone as Knot serves it. */
export interface SignedZone {
  readonly name: string;
  /** Lines of a zone file beneath SOA and NS; names with their final dot. */
  readonly records: readonly string[];
  /** How Unbound is to see it: its key as trust anchor, another's, or none. */
  readonly trust: 'anchored' | 'wrongly-anchored' | 'none';
}

/** A signing name server and a validating resolver of Debian's, on loopback. */
export interface SignedDns extends AsyncDisposable {
  /** `address:port` of the resolver. */
  readonly server: string;
}

const ports = { knot: 5353, unbound: 5354 };

/** Starts Knot, which signs every zone with a key of its own, and Unbound, which trusts what `trust` says. `network`: three octets of loopback. */
export async function startSignedDns(network: string, zones: readonly SignedZone[]): Promise<SignedDns> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'signed-dns-'));
  await chmod(folder, 0o755);
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'db'));
  const authority = `${network}.2`;
  const resolver = `${network}.3`;

  for (const { name, records } of zones)
    await writeFile(join(folder, `${name}.zone`), zoneFile(name, authority, records));
  const knotFile = join(folder, 'knot.conf');
  await writeFile(knotFile, knotConfiguration(folder, authority, zones));
  stack.defer(run('knotd', ['-c', knotFile]));
  await listening(authority, ports.knot);

  const anchors = new Map<string, string>();
  for (const { name } of zones) anchors.set(name, await anchorOf(knotFile, name));
  const other = [...anchors.values()][0] ?? '';
  const lines = zones.flatMap(({ name, trust }, index) => {
    if (trust === 'none') return [];
    const own = anchors.get(name) ?? '';
    const digest = trust === 'anchored' ? own : index === 0 ? own.replace(/.$/, '0') : other;
    return [`  trust-anchor: "${name}. DS ${digest}"`];
  });
  const unboundFile = join(folder, 'unbound.conf');
  await writeFile(unboundFile, unboundConfiguration(folder, resolver, authority, zones, lines));
  stack.defer(run('unbound', ['-d', '-c', unboundFile]));
  await listening(resolver, ports.unbound);

  const started = stack.move();
  return { server: `${resolver}:${ports.unbound}`, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Starts a server; answers how to end it. */
function run(program: string, parameters: readonly string[]): () => Promise<void> {
  const child: ChildProcess = spawn(`/usr/sbin/${program}`, parameters, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return async () => {
    child.kill('SIGKILL');
    await ended;
  };
}

/** The DS of a zone's key, once Knot has made it. */
function anchorOf(knotFile: string, zone: string): Promise<string> {
  return eventually(`Knot has a key for ${zone}`, async () => {
    const { output } = await runProgram('/usr/sbin/keymgr', ['-c', knotFile, zone, 'ds']);
    return /DS (\d+ \d+ 2 [0-9a-fA-F]{64})/.exec(output)?.[1];
  });
}

const zoneFile = (name: string, authority: string, records: readonly string[]): string =>
  [
    `$ORIGIN ${name}.`,
    '$TTL 1',
    `@ SOA ns.${name}. hostmaster.${name}. 1 3600 600 86400 1`,
    `@ NS ns.${name}.`,
    `ns A ${authority}`,
    ...records,
    '',
  ].join('\n');

const knotConfiguration = (folder: string, authority: string, zones: readonly SignedZone[]): string =>
  [
    'server:',
    `  rundir: ${folder}`,
    `  listen: ${authority}@${ports.knot}`,
    'database:',
    `  storage: ${folder}/db`,
    'policy:',
    '  - id: single',
    '    algorithm: ecdsap256sha256',
    '    single-type-signing: on',
    '    ksk-lifetime: 0',
    'zone:',
    ...zones.flatMap(({ name }) => [
      `  - domain: ${name}`,
      `    file: ${folder}/${name}.zone`,
      '    dnssec-signing: on',
      '    dnssec-policy: single',
      '    zonefile-sync: -1',
      '    journal-content: none',
    ]),
    '',
  ].join('\n');

const unboundConfiguration = (
  folder: string,
  resolver: string,
  authority: string,
  zones: readonly SignedZone[],
  anchors: readonly string[],
): string =>
  [
    'server:',
    `  interface: ${resolver}@${ports.unbound}`,
    '  module-config: "validator iterator"',
    '  do-not-query-localhost: no',
    '  chroot: ""',
    '  username: ""',
    `  directory: "${folder}"`,
    '  pidfile: ""',
    '  use-syslog: no',
    '  trust-anchor-signaling: no',
    '  local-zone: "test." nodefault',
    ...anchors,
    'remote-control:',
    '  control-enable: no',
    ...zones.flatMap(({ name }) => [
      'stub-zone:',
      `  name: "${name}."`,
      `  stub-addr: ${authority}@${ports.knot}`,
    ]),
    '',
  ].join('\n');
