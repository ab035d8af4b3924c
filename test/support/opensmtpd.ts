import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSmtpServer, smtpReply } from '#protocols/smtp/index.ts';
import type { OtherServer, OtherServerOptions } from './exim.ts';
import { listening } from './postfix.ts';
import { runProgram } from './run-program.ts';
import { systemUser, unpackedPackage } from './unpacked.ts';

/** Empty where an OpenSMTPD can be started: its folders are fixed, so it gets a mount namespace of its own. */
export async function whyNoOpenSmtpd(): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'OpenSMTPD starts as root only';
  const { code } = await runProgram('unshare', ['--mount', 'true']).catch(() => ({ code: 1 }));
  return code === 0
    ? false
    : 'OpenSMTPD needs a mount namespace (unshare --mount), which is not allowed here';
}

/** Starts Debian's OpenSMTPD on loopback. What it takes for its own users it hands on to a small server in this process. */
export async function startOpenSmtpd(options: OtherServerOptions): Promise<OtherServer> {
  const package_ = await unpackedPackage('opensmtpd');
  for (const user of ['opensmtpd', 'opensmtpq']) await systemUser(user);
  const folder = await mkdtemp(join(tmpdir(), 'opensmtpd-'));
  await chmod(folder, 0o755);
  const at = (name: string) => join(folder, name);
  const kept = new Map<string, string>();
  const mailboxes = createSmtpServer(
    { hostname: 'mailboxes.test', tls: null },
    {
      connect: () => ({
        mail: () => smtpReply(250, '2.1.0', 'OK'),
        recipient: () => smtpReply(250, '2.1.5', 'OK'),
        content({ recipients }) {
          const chunks: Buffer[] = [];
          return {
            write: (chunk) => void chunks.push(Buffer.from(chunk)),
            finish() {
              for (const { mailbox } of recipients)
                kept.set(
                  mailbox.localPart,
                  (kept.get(mailbox.localPart) ?? '') + Buffer.concat(chunks).toString(),
                );
              return smtpReply(250, '2.0.0', 'Kept');
            },
            abort: () => undefined,
          };
        },
      }),
    },
  );
  const { port } = await mailboxes.listen({ host: '127.0.0.1', port: 0 });
  await writeFile(at('cert.pem'), options.certificate.cert);
  await writeFile(at('key.pem'), options.certificate.key, { mode: 0o600 });
  await writeFile(at('ca.pem'), options.trusted);
  await writeFile(at('smtpd.conf'), configuration(folder, options, port), { mode: 0o600 });
  await mkdir(at('empty'), { mode: 0o755 });
  // Its spool, its socket and its jail are at fixed places: ours alone, and gone with the namespace.
  const script = `
    for at in /var/spool /var/lib; do mount -t tmpfs -o mode=755 none $at; done
    mount -t tmpfs -o mode=755 none /run
    mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd
    chmod 711 /var/spool/smtpd
    exec ${package_}/usr/sbin/smtpd -d -f ${at('smtpd.conf')} > ${at('log')} 2>&1`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', script], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(options.address, options.port);
  return {
    inbox: async (user) => kept.get(user) ?? '',
    log: () => readFile(at('log'), 'utf8').catch(() => ''),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await mailboxes.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  folder: string,
  { hostname, domain, address, port, us }: OtherServerOptions,
  mailboxes: number,
): string {
  return `
pki ${hostname} cert "${folder}/cert.pem"
pki ${hostname} key "${folder}/key.pem"
ca ours cert "${folder}/ca.pem"
table users { "doctor@${domain}", "office@${domain}" }
listen on ${address} port ${port} tls pki ${hostname} hostname ${hostname}
action inward relay host "smtp://127.0.0.1:${mailboxes}"
action outward relay host "smtp+tls://127.0.0.1:${us.port}" tls no-verify
match from any for domain "${us.domain}" action outward
match from any for domain "${domain}" rcpt-to <users> action inward
`;
}
