// DANE against other people's programs: Knot signs, Unbound validates, Postfix shows the certificates.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createUser } from '#contract/identity.ts';
import { getTimeline, sendMessage } from '#contract/sending.ts';
import type { IssuedCertificate } from '#platform/certificates/issue-certificate.ts';
import { anyLabNetwork } from '../../lab/network.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { testAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-port.ts';
import { createOrganization } from '../support/organization-command.ts';
import { canRunPostfix, startPostfix, type Postfix } from '../support/postfix.ts';
import { startSignedDns, type SignedZone } from '../support/signed-dns.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

const skip = canRunPostfix() ? false : 'Postfix, Knot and Unbound instances of our own need root';
const nobody = 65_534;

const spki = ({ cert }: IssuedCertificate): Buffer =>
  new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

suite('DANE: carepost → Postfix, by Knot and Unbound', { skip, concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  let carepost: RunningCarepost;
  let nurse: StaffPerson;
  let postfix: Postfix;
  let mail = '';
  let changing = '';
  let replacement = '';

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dane-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    mail = join(folder, 'mail');
    await mkdir(mail);
    await chown(mail, nobody, nobody);
    const network = anyLabNetwork();
    const [port = 0] = await freePorts(1);
    const authority = await testAuthority();
    const stranger = await testAuthority();
    const own = await authority.selfSigned('whatever.invalid');
    const other = await authority.selfSigned('other.invalid');
    const issued = (name: string) => authority.issue(`mx.${name}`);

    /** A domain: its server's certificate, what TLSA says, and how its zones are signed. */
    const domains: {
      name: string;
      chain: string | null;
      records?: string[];
      trust?: SignedZone['trust'];
      zones?: SignedZone[];
    }[] = [];
    const tlsa = (name: string, data: string) => `_${port}._tcp.mx.${name}. TLSA ${data}`;
    const chain = ({ key, cert }: IssuedCertificate, ...more: string[]) => [key, cert, ...more].join('\n');

    domains.push({
      name: 'ee.test',
      chain: chain(own),
      records: [tlsa('ee.test', `3 1 1 ${digest(spki(own))}`)],
    });
    const ta = await stranger.issue('mx.ta.test');
    const anchor = new X509Certificate(stranger.certificate).raw;
    domains.push({
      name: 'ta.test',
      chain: chain(ta, stranger.certificate),
      records: [tlsa('ta.test', `2 0 1 ${digest(anchor)}`)],
    });
    const misnamed = await stranger.issue('elsewhere.test');
    domains.push({
      name: 'ta-name.test',
      chain: chain(misnamed, stranger.certificate),
      records: [tlsa('ta-name.test', `2 0 1 ${digest(anchor)}`)],
    });
    domains.push({
      name: 'mismatch.test',
      chain: chain(await issued('mismatch.test')),
      records: [tlsa('mismatch.test', `3 1 1 ${digest(spki(other))}`)],
    });
    domains.push({
      name: 'unusable.test',
      chain: chain(await issued('unusable.test')),
      records: [tlsa('unusable.test', `1 1 1 ${digest(spki(other))}`)],
    });
    domains.push({
      name: 'stripped.test',
      chain: null,
      records: [tlsa('stripped.test', `3 1 1 ${digest(spki(own))}`)],
    });
    domains.push({
      name: 'unsigned.test',
      chain: chain(await issued('unsigned.test')),
      records: [tlsa('unsigned.test', `3 1 1 ${digest(spki(other))}`)],
      trust: 'none',
    });
    domains.push({
      name: 'changing.test',
      chain: chain(own),
      records: [tlsa('changing.test', `3 1 1 ${digest(spki(own))}`)],
    });
    // The records stand in a zone of their own, which the parent signs away to a key that is not there.
    const bogus = '_tcp.mx.bogus.test';
    domains.push({
      name: 'bogus.test',
      chain: chain(await issued('bogus.test')),
      records: [
        `${bogus}. NS ns.bogus.test.`,
        `${bogus}. DS 12345 13 2 ${digest(Buffer.from('no such key'))}`,
      ],
      zones: [{ name: bogus, trust: 'none', records: [`_${port} TLSA 3 1 1 ${digest(spki(other))}`] }],
    });
    // And here to a name server that nobody runs.
    domains.push({
      name: 'lame.test',
      chain: chain(await issued('lame.test')),
      records: ['_tcp.mx.lame.test. NS ns-away.lame.test.', `ns-away A ${network}.99`],
    });

    const addressOf = (index: number) => `${network}.${20 + index}`;
    const zones: SignedZone[] = [
      { name: 'forged.test', trust: 'wrongly-anchored', records: [`@ A ${network}.98`] },
      ...domains.flatMap(({ name, records = [], trust = 'anchored', zones: more = [] }, index) => [
        {
          name,
          trust,
          records: [`@ MX 10 mx.${name}.`, `mx A ${addressOf(index)}`, ...records],
        },
        ...more,
      ]),
    ];
    const dns = stack.use(await startSignedDns(network, zones));

    const files = await Promise.all(
      domains.map(async ({ name, chain: pem }) => {
        if (pem === null) return null;
        await writeFile(join(folder, `${name}.pem`), `${pem}\n`);
        return join(folder, `${name}.pem`);
      }),
    );
    changing = join(folder, 'changing.test.pem');
    replacement = chain(await issued('changing.test'));
    postfix = stack.use(
      await startPostfix({
        address: `${network}.9`,
        port,
        settings: {
          myhostname: 'mx.partner.test',
          mydestination: '',
          mynetworks: '127.255.0.0/16',
          virtual_mailbox_domains: domains.map(({ name }) => name).join(' '),
          virtual_mailbox_base: mail,
          virtual_mailbox_maps: 'static:box/',
          virtual_uid_maps: `static:${nobody}`,
          virtual_gid_maps: `static:${nobody}`,
          smtpd_tls_security_level: 'may',
          smtpd_tls_received_header: 'yes',
          smtpd_recipient_restrictions: 'reject_unauth_destination',
          smtpd_relay_restrictions: 'reject_unauth_destination',
        },
        services: files.map((file, index) =>
          [
            `${addressOf(index)}:${port} inet n - n - - smtpd`,
            file === null ? '  -o smtpd_tls_security_level=none' : `  -o smtpd_tls_chain_files=${file}`,
          ].join('\n'),
        ),
      }),
    );

    const authorityFile = join(folder, 'authority.pem');
    await writeFile(authorityFile, authority.certificate);
    const [policyPort = 0] = await freePorts(1);
    const environment = {
      CAREPOST_DATA: join(folder, 'data'),
      CAREPOST_HOSTNAME: 'mx.clinic.test',
      CAREPOST_TRUSTED_CA: authorityFile,
      CAREPOST_DNS: dns.server,
      CAREPOST_DNSSEC_PROOF: 'forged.test ee.test',
      CAREPOST_OUTBOUND_PORT: String(port),
      CAREPOST_MTA_STS_PORT: String(policyPort),
    };
    await createOrganization(environment, {
      name: 'A Clinic',
      slug: 'clinic',
      domain: 'clinic.test',
      administrator: {
        name: 'An Administrator',
        email: 'admin@clinic.test',
        password: 'quiet-walnut-harbour-91',
      },
    });
    carepost = stack.use(await startCarepost({ lab: false, dataFolder: folder, environment }));
    const admin = await signInStaff(carepost.url, 'admin@clinic.test', 'quiet-walnut-harbour-91');
    const clinician = { email: 'nurse@clinic.test', password: 'amber-lantern-orchard-38' };
    await admin.call(createUser, {
      body: { ...clinician, displayName: 'A Nurse', role: 'clinician', aliases: [] },
    });
    nurse = await signInStaff(carepost.url, clinician.email, clinician.password);
  });
  after(() => stack.disposeAsync());

  async function send(domain: string, text: string) {
    const address = `doctor@${domain}`;
    const { messageId } = await nurse.call(sendMessage, {
      body: { to: [address], subject: 'A result', text, category: 'clinical' },
    });
    return await eventually(`the message to ${domain} has found its way`, async () => {
      const { recipients } = await nurse.call(getTimeline, { params: { messageId } });
      return recipients.find(({ state }) => ['delivered', 'offered', 'notified'].includes(state));
    });
  }

  async function arrived(): Promise<string> {
    const names = await readdir(join(mail, 'box/new')).catch(() => []);
    const all = await Promise.all(names.map((name) => readFile(join(mail, 'box/new', name), 'utf8')));
    return all.join('\n');
  }

  test('the log says that DANE is used', async () => {
    await eventually('it is said', async () =>
      (await readFile(carepost.logFile, 'utf8')).includes('protection.dane-on') ? true : undefined,
    );
  });

  for (const domain of ['ee.test', 'ta.test']) {
    test(`${domain}: proven by signed DNS, with the evidence, whatever public authorities say`, async () => {
      const { protection, receipt } = await send(domain, `body for ${domain}`);
      assert.equal(protection, 'tls-dane');
      assert.match(JSON.stringify(receipt), /"dane":"proven"/);
      assert.match(JSON.stringify(receipt), /"mxProof":"dnssec"/);
      await eventually('it is there', async () =>
        (await arrived()).includes(`body for ${domain}`) ? true : undefined,
      );
    });
  }

  for (const [domain, words] of [
    ['mismatch.test', /another certificate than their signed records name/],
    ['ta-name.test', /another certificate than their signed records name/],
    ['bogus.test', /signed records that prove their mail server are wrong or could not be had/],
    ['lame.test', /signed records that prove their mail server are wrong or could not be had/],
    ['stripped.test', /does not encrypt/],
  ] as const) {
    test(`${domain}: the portal, and why; nothing goes there, not even the notice`, async () => {
      const { protection, receipt } = await send(domain, `body for ${domain}`);
      assert.equal(protection, 'portal');
      assert.match(receipt?.reason ?? '', words);
      const log = await postfix.log();
      assert.doesNotMatch(log, new RegExp(`to=<doctor@${domain}>`));
    });
  }

  test('records of kinds that mail does not know prove nothing, and the authority still may', async () => {
    const { protection, receipt } = await send('unusable.test', 'body for unusable');
    assert.equal(protection, 'tls-verified');
    assert.match(JSON.stringify(receipt), /of a kind that proves nothing/);
  });

  test('records in unsigned DNS do not count', async () => {
    const { protection, receipt } = await send('unsigned.test', 'body for unsigned');
    assert.equal(protection, 'tls-verified');
    assert.match(JSON.stringify(receipt), /publish no signed records/);
  });

  test('what was promised is proven again: another certificate at delivery means the portal', async () => {
    assert.equal((await send('changing.test', 'before the change')).protection, 'tls-dane');
    await writeFile(changing, `${replacement}\n`);
    // A connection that rests was proven when it was opened; a new one is proven anew.
    await postfix.command('postfix', 'stop');
    await postfix.command('postfix', 'start');
    const { protection, events } = await send('changing.test', 'after the change');
    assert.equal(protection, 'portal');
    assert.match(JSON.stringify(events), /did not offer the secure connection that was promised/);
    assert.doesNotMatch(await arrived(), /after the change/);
  });
});
