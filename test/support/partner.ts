import { chown, mkdir, mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuedCertificate } from '#platform/certificates/issue-certificate.ts';
import { anyLabNetwork } from '../../lab/network.ts';
import { startDnsServer, type LabDnsServer } from '../../lab/dns/dns-server.ts';
import { a, mx } from '../../lab/dns/zone.ts';
import { testAuthority } from './certificates.ts';
import { startDovecot } from './dovecot.ts';
import { freePorts } from './free-port.ts';
import { startGreylist } from './greylist.ts';
import { startPostfix, type Postfix } from './postfix.ts';

/** The domains of the partner, one mail server each: what differs is how well it can prove itself, and its manners. */
export const partnerDomains = [
  'partner.test',
  'selfsigned.test',
  'expired.test',
  'plain.test',
  'greylisting.test',
] as const;
export type PartnerDomain = (typeof partnerDomains)[number];

/** Somebody else's mail: Debian's Postfix takes it in, Debian's Dovecot shows it by IMAP. */
export interface Partner extends AsyncDisposable {
  readonly postfix: Postfix;
  readonly dns: LabDnsServer;
  /** Port of all of its mail servers. */
  readonly port: number;
  /** `address:port` of the server that relays outward for programs on this machine. */
  readonly relay: string;
  /** PEM file of the authority that both sides trust. */
  readonly authorityFile: string;
  /** PEM files of the certificate for carepost's own listeners. */
  readonly ours: { readonly certificateFile: string; readonly keyFile: string };
  inbox(user: string): Promise<Buffer[]>;
}

export interface PartnerOptions {
  /** Our domain, the name in the certificate of its mail server, and where that listens. */
  readonly ourDomain: string;
  readonly ourHost: string;
  readonly ourMx: { readonly host: string; readonly port: number };
}

/** User and group `nobody` of Debian. */
const nobody = 65_534;

/** Starts it on a loopback network of its own. Needs root. */
export async function startPartner({ ourDomain, ourHost, ourMx }: PartnerOptions): Promise<Partner> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'partner-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const mail = join(folder, 'mail');
  await mkdir(mail);
  await chown(mail, nobody, nobody);

  const network = anyLabNetwork();
  const addressOf = (domain: PartnerDomain) => `${network}.${10 + partnerDomains.indexOf(domain)}`;
  const [port = 0, imapPort = 0] = await freePorts(2);
  const zones = partnerDomains.map((name) => ({
    name,
    records: [mx(name, `mx.${name}`), a(`mx.${name}`, addressOf(name))],
  }));
  const ourZone = { name: ourDomain, records: [mx(ourDomain, ourHost), a(ourHost, ourMx.host)] };
  const dns = stack.use(
    await startDnsServer({ address: `${network}.1`, port: 0, zones: [...zones, ourZone] }),
  );

  const authority = await testAuthority();
  const authorityFile = await keep(join(folder, 'authority.pem'), authority.certificate);
  const certificates = {
    'partner.test': await authority.issue('mx.partner.test'),
    'selfsigned.test': await authority.selfSigned('mx.selfsigned.test'),
    'expired.test': await authority.issueExpired('mx.expired.test'),
    'greylisting.test': await authority.issue('mx.greylisting.test'),
  };
  const chainOf = (domain: keyof typeof certificates) =>
    keepChain(join(folder, `${domain}.pem`), certificates[domain]);
  const own = await authority.issue(ourHost);
  const ours = {
    certificateFile: await keep(join(folder, 'our.crt'), own.cert),
    keyFile: await keep(join(folder, 'our.key'), own.key),
  };

  const greylist = stack.use(await startGreylist());
  const service = (domain: PartnerDomain, ...settings: string[]) =>
    [
      `${addressOf(domain)}:${port} inet n - n - - smtpd`,
      ...settings.map((setting) => `  -o ${setting}`),
    ].join('\n');
  const table = (name: string, lines: readonly string[]) =>
    keep(join(folder, name), lines.map((line) => `${line}\n`).join(''));

  const postfix = stack.use(
    await startPostfix({
      address: addressOf('partner.test'),
      port,
      settings: {
        myhostname: 'mx.partner.test',
        mydestination: '',
        mynetworks: '127.0.0.0/8',
        message_size_limit: '40000000',
        mailbox_size_limit: '0',
        virtual_mailbox_limit: '0',
        virtual_mailbox_domains: partnerDomains.join(' '),
        virtual_mailbox_base: mail,
        virtual_mailbox_maps: `texthash:${await table(
          'mailboxes',
          partnerDomains.flatMap((domain) => users.map((user) => `${user}@${domain} ${domain}/${user}/`)),
        )}`,
        virtual_uid_maps: `static:${nobody}`,
        virtual_gid_maps: `static:${nobody}`,
        smtpd_tls_security_level: 'may',
        smtpd_tls_chain_files: await chainOf('partner.test'),
        smtpd_tls_loglevel: '1',
        smtpd_tls_received_header: 'yes',
        smtp_tls_loglevel: '1',
        smtp_tls_security_level: 'secure',
        smtp_tls_CAfile: authorityFile,
        smtp_tls_policy_maps: `texthash:${await table('policies', [`[${ourMx.host}]:${ourMx.port} secure match=${ourHost}`])}`,
        transport_maps: `texthash:${await table('transports', [
          `${ourDomain} smtp:[${ourMx.host}]:${ourMx.port}`,
          'forwarded.invalid error:5.1.6 this mailbox has moved',
        ])}`,
        virtual_alias_maps: `texthash:${await table('aliases', ['moved@partner.test moved@forwarded.invalid'])}`,
        smtpd_recipient_restrictions: 'reject_unauth_destination',
        smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
        smtputf8_autodetect_classes: 'all',
        maximal_backoff_time: '5s',
        minimal_backoff_time: '5s',
        queue_run_delay: '5s',
      },
      services: [
        service('selfsigned.test', `smtpd_tls_chain_files=${await chainOf('selfsigned.test')}`),
        service('expired.test', `smtpd_tls_chain_files=${await chainOf('expired.test')}`),
        service('plain.test', 'smtpd_tls_security_level=none'),
        service(
          'greylisting.test',
          `smtpd_tls_chain_files=${await chainOf('greylisting.test')}`,
          `{smtpd_recipient_restrictions=reject_unauth_destination, check_policy_service inet:127.0.0.1:${greylist.port}}`,
        ),
        `${network}.9:${port} inet n - n - - smtpd\n  -o smtpd_tls_security_level=none\n  -o smtpd_recipient_restrictions=permit_mynetworks,reject`,
      ],
    }),
  );
  const dovecot = stack.use(await startDovecot({ address: '127.0.0.1', port: imapPort, mail }));

  const started = stack.move();
  return {
    postfix,
    dns,
    port,
    authorityFile,
    ours,
    relay: `${network}.9:${port}`,
    inbox: (user) => dovecot.inbox(user),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Who has a mailbox at each domain. Mail to `moved@partner.test` is taken too, and comes back. */
const users = ['doctor', 'office', 'ärztin'] as const;

async function keep(file: string, text: string): Promise<string> {
  await writeFile(file, text, { mode: 0o644 });
  return file;
}

/** As smtpd_tls_chain_files wants it: key first, then the certificate. */
const keepChain = (file: string, { key, cert }: IssuedCertificate): Promise<string> =>
  keep(file, `${key}\n${cert}\n`);
