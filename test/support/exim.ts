import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening } from './postfix.ts';
import { runProgram } from './run-program.ts';
import { systemUser, unpackedPackage } from './unpacked.ts';

/** Somebody else's mail server, as the interop tests start it. */
export interface OtherServer extends AsyncDisposable {
  /** Messages that it took for its own users. */
  inbox(user: string): Promise<string>;
  log(): Promise<string>;
}

export interface OtherServerOptions {
  readonly hostname: string;
  /** Its own; users are `doctor` and `office`. */
  readonly domain: string;
  readonly address: string;
  readonly port: number;
  readonly certificate: { readonly key: string; readonly cert: string };
  /** PEM; of the authority that it trusts. */
  readonly trusted: string;
  /** Our domain, and where its mail server listens. */
  readonly us: { readonly domain: string; readonly port: number };
}

const user = 'Debian-exim';

/** Starts Debian's Exim on loopback. Needs root. */
export async function startExim(options: OtherServerOptions): Promise<OtherServer> {
  const program = join(await unpackedPackage('exim4-daemon-light'), 'usr/sbin/exim4');
  await systemUser(user);
  const folder = await mkdtemp(join(tmpdir(), 'exim-'));
  await chmod(folder, 0o755);
  const at = (name: string) => join(folder, name);
  for (const name of ['spool', 'log', 'mail']) {
    await mkdir(at(name));
    await runProgram('chown', [`${user}:${user}`, at(name)]);
  }
  await writeFile(at('cert.pem'), options.certificate.cert);
  await writeFile(at('key.pem'), options.certificate.key);
  await writeFile(at('ca.pem'), options.trusted);
  await writeFile(at('exim.conf'), configuration(folder, program, options));
  await chmod(at('exim.conf'), 0o644);
  const child = spawn(program, ['-C', at('exim.conf'), '-bdf', '-q1s'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(options.address, options.port);
  return {
    inbox: (name) => readFile(at(`mail/${name}`), 'utf8').catch(() => ''),
    async log() {
      const names = await readdir(at('log'));
      return (await Promise.all(names.map((name) => readFile(join(folder, 'log', name), 'utf8')))).join('');
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  folder: string,
  program: string,
  { hostname, domain, address, port, us }: OtherServerOptions,
): string {
  return `
primary_hostname = ${hostname}
exim_user = ${user}
exim_group = ${user}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
exim_path = ${program}
pid_file_path = ${folder}/exim.pid
local_interfaces = ${address}
daemon_smtp_ports = ${port}
acl_smtp_rcpt = rcpt
acl_smtp_data = data
tls_advertise_hosts = *
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
keep_environment =
rfc1413_hosts =
begin acl
rcpt:
  deny domains = ${domain}
       !local_parts = doctor : office
       message = no such user
  accept
data:
  accept
begin routers
us:
  driver = manualroute
  domains = ${us.domain}
  transport = outward
  route_list = * 127.0.0.1::${us.port}
  self = send
own:
  driver = accept
  domains = ${domain}
  local_parts = doctor : office
  transport = inward
begin transports
outward:
  driver = smtp
  hosts_require_tls = *
  tls_verify_certificates = ${folder}/ca.pem
  tls_verify_hosts = *
  tls_verify_cert_hostnames =
inward:
  driver = appendfile
  file = ${folder}/mail/$local_part_data
  user = ${user}
  delivery_date_add
  envelope_to_add
  return_path_add
begin retry
* * F,1h,1s
`;
}
