// OpenDMARC judges the same messages from the same DNS as the MX: one verdict, or the line of RFC 9989 that made it another.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import type { MessageId } from '#contract/ids.ts';
import { createReceptionModule } from '#modules/reception/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { startDnsServer } from '../../lab/dns/dns-server.ts';
import { txt } from '../../lab/dns/zone.ts';
import { mainRoad } from '../support/main-road.ts';
import { runProgram } from '../support/run-program.ts';
import { testSigner } from '../support/signed-message.ts';

const run = promisify(execFile);
const marker = 'CAREPOST_OWN_NETWORK';
const hostname = 'mx.clinic.test';

/** `verdict policy` as both write it; no policy where nothing was found. */
type Judged = string;

interface Case {
  readonly what: string;
  /** Of From. */
  readonly author: string;
  /** DMARC records by domain. */
  readonly records: Readonly<Record<string, string>>;
  /** The domain that signs; absent: nobody. */
  readonly dkim?: string;
  /** The domain of the envelope sender, whose SPF record lets everybody send. */
  readonly spf?: string;
  readonly both: Judged;
  /** What OpenDMARC (RFC 7489) says instead, and why. */
  readonly theirs?: readonly [Judged, string];
}

/** What is registered under: OpenDMARC has a list of it, RFC 9989 reads it from the DNS. */
const publicSuffixes = ['test', 'co.test'];
const held = 'v=DMARC1; p=quarantine';

const strictDefect = 'a defect of 1.4.2 (OpenDMARC #268): with a list of suffixes, strict is relaxed';

/** No label has one letter: OpenDMARC 1.4.2 loses those when it compares names. */
const cases: readonly Case[] = [
  { what: 'nothing proven', author: 'alpha.test', records: { 'alpha.test': held }, both: 'fail quarantine' },
  {
    what: 'DKIM, same name',
    author: 'alpha.test',
    records: { 'alpha.test': held },
    dkim: 'alpha.test',
    both: 'pass quarantine',
  },
  {
    what: 'SPF, same name',
    author: 'alpha.test',
    records: { 'alpha.test': held },
    spf: 'alpha.test',
    both: 'pass quarantine',
  },
  {
    what: 'DKIM of a subdomain',
    author: 'alpha.test',
    records: { 'alpha.test': held },
    dkim: 'mail.alpha.test',
    both: 'pass quarantine',
  },
  {
    what: 'DKIM of the domain above',
    author: 'mail.alpha.test',
    records: { 'alpha.test': held },
    dkim: 'alpha.test',
    both: 'pass quarantine',
  },
  {
    what: 'SPF of a sister',
    author: 'ward.alpha.test',
    records: { 'alpha.test': held },
    spf: 'desk.alpha.test',
    both: 'pass quarantine',
  },
  {
    what: 'adkim=s',
    author: 'alpha.test',
    records: { 'alpha.test': `${held}; adkim=s` },
    dkim: 'mail.alpha.test',
    both: 'fail quarantine',
    theirs: ['pass quarantine', strictDefect],
  },
  {
    what: 'aspf=s',
    author: 'alpha.test',
    records: { 'alpha.test': `${held}; aspf=s` },
    spf: 'mail.alpha.test',
    both: 'fail quarantine',
    theirs: ['pass quarantine', strictDefect],
  },
  {
    what: 'somebody else proven',
    author: 'alpha.test',
    records: { 'alpha.test': held },
    dkim: 'beta.test',
    spf: 'beta.test',
    both: 'fail quarantine',
  },
  {
    what: 'a neighbour under one suffix',
    author: 'alpha.co.test',
    records: { 'alpha.co.test': held, 'beta.co.test': held },
    dkim: 'beta.co.test',
    both: 'fail quarantine',
  },
  { what: 'no record', author: 'alpha.test', records: {}, dkim: 'alpha.test', both: 'none' },
  {
    what: 'sp=',
    author: 'ward.alpha.test',
    records: { 'alpha.test': 'v=DMARC1; p=none; sp=quarantine' },
    both: 'fail quarantine',
  },
  {
    what: 'p= of the domain itself before sp=',
    author: 'alpha.test',
    records: { 'alpha.test': 'v=DMARC1; p=none; sp=quarantine' },
    both: 'fail none',
  },
  {
    what: 'pct= changes no verdict',
    author: 'alpha.test',
    records: { 'alpha.test': `${held}; pct=0` },
    both: 'fail quarantine',
  },
  {
    what: 'another version',
    author: 'alpha.test',
    records: { 'alpha.test': 'v=DMARC2; p=quarantine' },
    both: 'none',
    theirs: ['permerror', '§4.10 passes over what is no DMARC record'],
  },
  {
    what: 'psd=n: a department that is an organisation of its own',
    author: 'dept.alpha.test',
    records: { 'alpha.test': held, 'dept.alpha.test': `${held}; psd=n` },
    dkim: 'alpha.test',
    both: 'fail quarantine',
    theirs: ['pass quarantine', '§4.10.2: psd=n ends the organisation there; RFC 7489 knows the list alone'],
  },
  {
    what: 'psd=y: the suffix speaks for those who say nothing',
    author: 'quiet.co.test',
    records: { 'co.test': `${held}; psd=y` },
    both: 'fail quarantine',
    theirs: ['none', '§4.10.1 asks the public suffix domain last; RFC 7489 never does'],
  },
  {
    what: 'a record between',
    author: 'ward.dept.alpha.test',
    records: { 'dept.alpha.test': held },
    both: 'fail quarantine',
    theirs: ['none', '§4.10 walks up label by label; RFC 7489 §6.6.3 asks the name and the organisation'],
  },
  {
    what: 'no p=',
    author: 'alpha.test',
    records: { 'alpha.test': 'v=DMARC1; rua=mailto:reports@alpha.test' },
    both: 'fail none',
    theirs: ['permerror', '§4.7: p= may be missing; RFC 7489 §6.3 demands it'],
  },
];

if (process.env[marker] === '1') await insideTests();
else
  test('the MX and OpenDMARC, in a network with a DNS of its own', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opendmarc-'));
    after(() => rm(folder, { recursive: true, force: true }));
    const resolver = join(folder, 'resolv.conf');
    await writeFile(resolver, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps'];
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const inner = [
      'ip link set lo up',
      `mount --bind ${resolver} /etc/resolv.conf`, // OpenDMARC asks who stands there, at port 53
      `exec ${process.execPath} --test --test-reporter=tap ${import.meta.filename}`,
    ].join(' && ');
    const { stdout } = await run('unshare', ['--net', '--mount', ...asUser, 'sh', '-c', inner], {
      env: { ...environment, [marker]: '1' },
      maxBuffer: 1 << 24,
    }).catch((error: { stdout?: string; stderr?: string }) =>
      assert.fail(`${error.stdout}\n${error.stderr}`),
    );
    assert.ok(stdout.includes(`# pass ${cases.length}\n`), stdout);
  });

async function insideTests(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'opendmarc-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const dns = await startDnsServer({ address: '127.0.0.1', port: 53, zones: [] });
  after(() => dns[Symbol.asyncDispose]());
  const road = await mainRoad();
  const clinic = await road.newOrganizationWithStaff();
  const nurse = await clinic.addUser('nurse', 'clinician');
  const reception = createReceptionModule({
    ...road,
    openScan: null,
    trusted: [],
    hostname,
    log: silentLogger,
    metrics: createMetrics(),
    dns: createResolver({ servers: parseDnsServers(dns.server), clock: road.clock, cacheSize: 0 }),
  });
  const mx = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate: null });
  after(() => mx.close(0));

  const settings = {
    Syslog: 'false',
    AuthservID: 'opendmarc.test',
    TrustedAuthservIDs: hostname, // what it knows of SPF and DKIM, our field has told it
    PublicSuffixList: join(folder, 'suffixes'),
    IgnoreHosts: join(folder, 'ignored'),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(join(folder, 'conf'), lines.join(''));
  await writeFile(join(folder, 'suffixes'), publicSuffixes.join('\n'));
  await writeFile(join(folder, 'ignored'), '192.0.2.77\n');

  const envelopeSender = (spf = 'unsaid.test') => `sender@${spf}`;

  /** The message as the MX stored it, our results on top. */
  async function stored({ author, dkim, spf }: Case, signer: ReturnType<typeof testSigner>): Promise<Buffer> {
    const fields = [
      `From: x@${author}`,
      'To: y@clinic.test',
      'Subject: s',
      'Date: Tue, 24 Nov 2026 10:00:00 +0000',
    ];
    const body = 'Hello.\r\n';
    const content =
      dkim === undefined ? `${fields.join('\r\n')}\r\n\r\n${body}` : signer.sign({ fields, body });
    const opened = await openSmtpConnection({
      host: hostname,
      address: '127.0.0.1',
      port: mx.port,
      localName: 'out.test',
      tls: { use: 'never' },
    });
    assert.ok(opened.ok);
    const outcome = await opened.connection.send({
      from: envelopeSender(spf),
      recipients: [nurse.email],
      content: Buffer.from(content),
    });
    await opened.connection.quit();
    assert.ok(outcome.kind === 'answered');
    const reply = outcome.recipients[0]?.reply.lines.join(' ') ?? '';
    const messageId = /Accepted as (\S+)/.exec(reply)?.[1];
    assert.ok(messageId !== undefined, reply);
    return road.messages.readRaw(clinic.organizationId, messageId as MessageId);
  }

  const judged = (text: string): Judged => {
    const [, verdict, policy] = /dmarc=(\w+)(?:[^;]*?[ (](?:policy\.)?(?:p|policy)=(\w+))?/.exec(text) ?? [];
    return verdict === 'none' || policy === undefined ? String(verdict) : `${verdict} ${policy}`;
  };

  for (const each of cases) {
    const why = each.theirs === undefined ? '' : ` (${each.theirs[1]})`;
    test(`${each.what}${why}`, async () => {
      const signer = testSigner(each.dkim ?? 'nobody.test', 's');
      dns.setZone({
        name: 'test',
        records: [
          ...Object.entries(each.records).map(([domain, record]) => txt(`_dmarc.${domain}`, record)),
          ...(each.dkim === undefined ? [] : [txt(`s._domainkey.${each.dkim}`, signer.record)]),
          ...(each.spf === undefined ? [] : [txt(each.spf, 'v=spf1 +all')]),
        ],
      });
      const raw = await stored(each, signer);
      const ours =
        /^Authentication-Results: mx\.clinic\.test;[^]*?(?=\r\n\S)/m.exec(raw.toString())?.[0] ?? '';
      // OpenDMARC reads no more than the domain in smtp.mailfrom; RFC 8601 §2.7.2 lets the address stand there.
      const inItsWords = raw.toString().replace(/smtp\.mailfrom=[^@\s;]*@/, 'smtp.mailfrom=');
      await writeFile(join(folder, 'message'), inItsWords.replaceAll('\r\n', '\n'));
      const { output } = await runProgram(
        'opendmarc',
        ['-vvv', '-c', join(folder, 'conf'), '-t', join(folder, 'message')],
        '',
        { env: { ...process.env, OPENDMARC_TEST_ENVFROM: `<${envelopeSender(each.spf)}>` } },
      );
      assert.equal(judged(ours), each.both, ours);
      assert.equal(judged(output), each.theirs?.[0] ?? each.both, `${output}\n${ours}`);
    });
  }
}
