/** Every setting, its default and what it means: the table of `carepost config` and of docs/operations/configuration.md. */
export const settings = {
  CAREPOST_DATA: {
    default: './data',
    meaning: 'Folder of the embedded database, the blobs and the local root key',
  },
  DATABASE_URL: {
    default: '',
    meaning: 'postgres:// URL of an external PostgreSQL 15 or newer; empty: the embedded one',
    secret: true,
  },
  BLOB_URL: {
    default: '',
    meaning: 's3://KEY:SECRET@host:port/bucket?region=…; empty: files in the data folder',
    secret: true,
  },
  KEYRING_URL: {
    default: '',
    meaning: 'Where the root key lives; empty: the file root.key in the data folder',
    secret: true,
  },
  CAREPOST_HTTP: { default: '127.0.0.1:8025', meaning: 'Listens for workspace, portal and API' },
  CAREPOST_PUBLIC_URL: { default: '', meaning: 'How people reach it, https; empty: http at CAREPOST_HTTP' },
  CAREPOST_HOSTNAME: { default: 'localhost', meaning: 'Our name in SMTP: HELO, Received, Message-ID' },
  CAREPOST_MX: {
    default: '127.0.0.1:2525',
    meaning: 'Listens for mail from other servers (port 25 in production)',
  },
  CAREPOST_SUBMISSION: {
    default: '127.0.0.1:2587',
    meaning: 'Listens for mail programs, STARTTLS (587 in production)',
  },
  CAREPOST_SUBMISSIONS: {
    default: '127.0.0.1:2465',
    meaning: 'Listens for mail programs, TLS from the start (465 in production)',
  },
  CAREPOST_TLS_CERT: {
    default: '',
    meaning:
      'PEM file of the certificate chain of the mail listeners; empty: one of our own, which others cannot verify',
  },
  CAREPOST_TLS_KEY: { default: '', meaning: 'PEM file of its key' },
  CAREPOST_TRUSTED_CA: {
    default: '',
    meaning: 'PEM file of further certificate authorities that mail servers may use',
  },
  CAREPOST_CLAMD: {
    default: '',
    meaning:
      'Where clamd listens: the path of its unix socket, or host:port; mail is then taken only if it can be looked at. Empty: it is not',
  },
  CAREPOST_DNS: { default: 'system', meaning: 'Resolver: "system", or host:port list' },
  CAREPOST_DNSSEC_PROOF: {
    default: 'dnssec-failed.org ietf.org',
    meaning:
      'A name with wrong DNSSEC signatures and a name with right ones: what the resolver makes of them shows whether DANE can be used; empty: no DANE',
  },
  CAREPOST_OUTBOUND_PORT: { default: '25', meaning: "The port of other people's MX" },
  CAREPOST_MTA_STS_PORT: { default: '443', meaning: "The port of other people's MTA-STS policy hosts" },
  CAREPOST_TRUSTED_PROXIES: {
    default: '',
    meaning: 'Addresses of reverse proxies whose X-Forwarded-For is believed, comma separated',
  },
  CAREPOST_ROLES: { default: 'all', meaning: 'Which parts run here: api, mx, submission, delivery, worker' },
  CAREPOST_DATABASE_CONNECTIONS: {
    default: '16',
    meaning: 'Most connections to the database from this process',
  },
  CAREPOST_LOG: { default: 'info', meaning: 'debug, info, warn, error or silent' },
  CAREPOST_LAB: {
    default: '',
    meaning: '1 opens the lab: a fake internet and its page; refused together with a public address',
  },
  CAREPOST_LAB_NETWORK: {
    default: '127.0.1',
    meaning: 'First three octets of the loopback addresses that the lab takes',
  },
  CAREPOST_LAB_DNS_PORT: { default: '2530', meaning: "Port of the lab's DNS server" },
} as const satisfies Record<string, { default: string; meaning: string; secret?: true }>;

export type SettingName = keyof typeof settings;
