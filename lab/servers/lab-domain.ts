/** What a mail server of the lab can prove about itself by TLS. */
export type LabTls =
  | 'verified' // certificate of the lab's authority, for its own name
  | 'self-signed'
  | 'expired'
  | 'wrong-name' // certificate of the lab's authority, for another name
  | 'tls11-only' // a good certificate, but nothing newer than TLS 1.1
  | 'none'; // no STARTTLS at all

/** How a mail server of the lab treats mail. Sentinel local parts come on top, on each server. */
export type LabManner =
  | 'accepts'
  | 'greylists' // 451 for each new pair of sender and recipient, once
  | 'is-slow' // waits before each answer
  | 'refuses-recipients' // 550 for everybody
  | 'turns-away' // 421 in its greeting: too busy
  | 'disconnects'; // takes a message, then hangs up without an answer, once a message

export interface LabServer {
  host: string;
  preference: number;
  tls: LabTls;
  manner: LabManner;
}

/** A domain of the lab's internet and the servers that take its mail. */
export interface LabDomain {
  name: string;
  /** One plain sentence, shown on the lab's page. */
  about: string;
  servers: readonly LabServer[];
  /** It publishes (SPF, DMARC) that what comes from this machine in its name is its own. Default: nothing. */
  proven?: true;
  /** The MTA-STS policy that it publishes, if any (RFC 8461). */
  mtaSts?: { mode: 'enforce' | 'testing' | 'none'; mx: readonly string[] };
}

/** A domain with one server, `mx.<name>`. */
function domain(name: string, about: string, tls: LabTls, manner: LabManner = 'accepts'): LabDomain {
  return { name, about, servers: [{ host: `mx.${name}`, preference: 10, tls, manner }] };
}

/** The lab's internet. Sentinels: see `sentinel.ts`. */
export const labDomains: readonly LabDomain[] = [
  {
    ...domain(
      'verified.test',
      'A referring practice with an up-to-date mail server: encrypts, and proves who it is.',
      'verified',
    ),
    proven: true,
  },
  {
    ...domain('sts.test', 'A hospital that also publishes by MTA-STS which servers are its own.', 'verified'),
    mtaSts: { mode: 'enforce', mx: ['mx.sts.test'] },
  },
  {
    ...domain(
      'sts-testing.test',
      'A clinic that only tries MTA-STS out: its policy neither blocks nor counts.',
      'verified',
    ),
    mtaSts: { mode: 'testing', mx: ['mx.elsewhere.test'] },
  },
  {
    ...domain(
      'sts-mismatch.test',
      'Says by MTA-STS that its mail server is another one than the DNS names: mail must not go there.',
      'verified',
    ),
    mtaSts: { mode: 'enforce', mx: ['mail.sts-mismatch.test'] },
  },
  domain(
    'mail.test',
    'A consumer mailbox provider, where patients live: encrypts, but cannot prove who it is.',
    'self-signed',
  ),
  domain('selfsigned.test', 'Encrypts with a certificate that it made itself.', 'self-signed'),
  domain('expired.test', 'Its certificate ran out yesterday.', 'expired'),
  domain('wrongname.test', 'Its certificate is for another name.', 'wrong-name'),
  domain('tls11.test', 'Encrypts only as it was done in 2006, with TLS 1.1.', 'tls11-only'),
  domain('notls.test', 'Does not encrypt at all.', 'none'),
  domain('greylist.test', 'Says "try again later" to every new sender, once.', 'verified', 'greylists'),
  domain('slow.test', 'Takes its time before each answer.', 'verified', 'is-slow'),
  domain('hard.test', 'Knows nobody: answers 550 to every recipient.', 'verified', 'refuses-recipients'),
  domain(
    'disconnect.test',
    'Hangs up after the message, without saying whether it has it; takes it the second time.',
    'verified',
    'disconnects',
  ),
  {
    name: 'multi.test',
    about: 'A health system with two mail servers, both good; the second is the spare.',
    servers: [
      { host: 'mx1.multi.test', preference: 10, tls: 'verified', manner: 'accepts' },
      { host: 'mx2.multi.test', preference: 20, tls: 'verified', manner: 'accepts' },
    ],
  },
  {
    name: 'mixed.test',
    about: 'Two mail servers of equal rank, one good, one with a certificate that it made itself.',
    servers: [
      { host: 'mx1.mixed.test', preference: 10, tls: 'verified', manner: 'accepts' },
      { host: 'mx2.mixed.test', preference: 10, tls: 'self-signed', manner: 'accepts' },
    ],
  },
];
