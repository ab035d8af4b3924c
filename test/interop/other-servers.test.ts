// Somebody else's Exim and OpenSMTPD, both ways; and Postfix as an organisation's own server, before us and behind us.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { dsnComposed } from '#modules/delivery/index.ts';
import { createReceptionModule, received } from '#modules/reception/index.ts';
import { createRelays } from '#modules/reception/relays.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { a, mx } from '../../lab/dns/zone.ts';
import { anyLabNetwork } from '../../lab/index.ts';
import { eventually } from '../support/eventually.ts';
import { startExim, type OtherServer, type OtherServerOptions } from '../support/exim.ts';
import { freePorts } from '../support/free-port.ts';
import { mainRoad } from '../support/main-road.ts';
import { startOpenSmtpd, whyNoOpenSmtpd } from '../support/opensmtpd.ts';
import { canRunPostfix, startPostfix } from '../support/postfix.ts';
import { runProgram } from '../support/run-program.ts';

const skip = canRunPostfix() ? false : 'mail servers of our own need root';

suite('other servers', { skip, concurrency: 1 }, async () => {
  if (skip !== false) return;
  const road = await mainRoad();
  const clinic = await road.newOrganizationWithStaff();
  const nurse = await clinic.addUser('nurse', 'clinician');
  const { organizationId, domain } = clinic;
  const by = { actor: { kind: 'user' as const, userId: clinic.administratorId } };
  const arrived: string[] = [];
  const collect = async (_tx: unknown, { data }: { data: { messageId: string } }) =>
    void arrived.push(String(await road.messages.readRaw(organizationId, data.messageId as never)));
  road.outbox.subscribe(received, 'test.received', collect);
  road.outbox.subscribe(dsnComposed, 'test.reports', collect);
  const ports = {
    ...road,
    hostname: 'mx.clinic.test',
    log: silentLogger,
    metrics: createMetrics(),
    trusted: [road.lab.caCertificate],
    openScan: null,
  };
  const reception = createReceptionModule(ports);
  const listener = await reception.listen('mx', {
    host: '127.0.0.1',
    port: 0,
    certificate: await road.lab.issueCertificate('mx.clinic.test'),
  });
  after(() => listener.close(0));
  const network = anyLabNetwork();

  const address = `${network}.31`;
  const hospital = await road.newOrganizationWithStaff();
  const doctor = await hospital.addUser('doctor', 'clinician');
  await createRelays(ports).create(
    hospital.organizationId,
    {
      name: 'Postfix',
      kind: 'own-server',
      networks: [address],
      fingerprints: [],
      certificateNames: [],
      senderDomains: [hospital.domain],
      userId: doctor.userId,
    },
    by,
  );

  /** A server at an address and a domain of its own, that the DNS knows. */
  async function place(name: string, last: number): Promise<OtherServerOptions> {
    const hostname = `mx.${name}.test`;
    const address = `${network}.${last}`;
    road.lab.dns.setZone({
      name: `${name}.test`,
      records: [mx(`${name}.test`, hostname), a(hostname, address)],
    });
    return {
      hostname,
      domain: `${name}.test`,
      address,
      port: road.lab.mailPort,
      certificate: await road.lab.issueCertificate(hostname),
      trusted: road.lab.caCertificate,
      us: { domain, port: listener.port },
    };
  }

  const came = (text: string) =>
    eventually('it came', async () => {
      await road.settle();
      return arrived.find((raw) => raw.includes(text));
    });

  const proven = {
    what: 'out: over TLS that it proves; dots and long lines as they were',
    journey: ['delivered', 'tls-verified'],
  };
  // Debian's OpenSMTPD 6.8 offers STARTTLS and fails each handshake under OpenSSL 3: a server as one meets them.
  const broken = {
    what: 'out: it breaks the TLS that it offers: the portal, and a notice without a word of the message',
    journey: ['notified', 'portal'],
  };
  for (const [name, last, start, expected, why] of [
    ['exim', 21, startExim, proven, false],
    ['opensmtpd', 22, startOpenSmtpd, broken, await whyNoOpenSmtpd()],
  ] as const) {
    suite(name, { skip: why, concurrency: 1 }, () => {
      let server: OtherServer | undefined;
      let options: OtherServerOptions | undefined;
      after(() => server?.[Symbol.asyncDispose]());

      test(expected.what, async () => {
        options = await place(name, last);
        server = await start(options);
        const text = `out-${name}\n.\n..two\n${'x'.repeat(900)}`;
        const to = `doctor@${options.domain}`;
        const messageId = await road.send({ organization: clinic, from: nurse, to: [to], text });
        await road.settle();
        const { state, protection } = await road.journey(organizationId, messageId, to);
        assert.deepEqual([state, protection], expected.journey);
        const inbox = await eventually('something is there', async () => {
          const box = (await server?.inbox('doctor')) ?? '';
          return box === '' ? undefined : box;
        });
        assert.equal(inbox.includes(`out-${name}`), protection !== 'portal');
        if (protection !== 'portal') assert.match(inbox, /\n\.\r?\n\.\.two\r?\n/);
        assert.doesNotMatch(inbox, /x-carepost/i);
      });

      test('in: from a program (swaks) through it to us, over TLS', async () => {
        assert.ok(options !== undefined);
        const { code, output } = await runProgram('swaks', [
          '--server',
          `${options.address}:${options.port}`,
          '--suppress-data',
          '--from',
          `doctor@${options.domain}`,
          '--to',
          nurse.email,
          '--h-Subject',
          `in-${name}`,
          '--body',
          `.\n..\nin-${name}-body`,
        ]);
        assert.equal(code, 0, output);
        const raw = await came(`in-${name}-body`);
        assert.match(raw, /^Received: from [^\r]+ by mx\.clinic\.test with ESMTPS/m);
        assert.match(raw, /\r\n\.\r\n\.\.\r\nin-/);
      });

      test('in: a recipient who is not here comes back to its sender from there', async () => {
        assert.ok(options !== undefined);
        await runProgram('swaks', [
          '--server',
          `${options.address}:${options.port}`,
          '--suppress-data',
          '--from',
          `office@${options.domain}`,
          '--to',
          `nobody@${domain}`,
          '--h-Subject',
          `lost-${name}`,
        ]);
        const report = await eventually('the report is there', async () => {
          const box = (await server?.inbox('office')) ?? '';
          return box.includes('5.1.1') ? box : undefined;
        });
        assert.match(report, /There is no such user here/);
      });
    });
  }

  test('Exim takes what is asked of reports upon itself: one report of success, and it is its own', async () => {
    const options = await place('dsn', 23);
    await using server = await startExim(options);
    const command = await road.command({
      organization: clinic,
      from: nurse,
      to: [`doctor@${options.domain}`],
    });
    const before = arrived.length;
    await road.sending.sendMessage({
      ...command,
      recipients: command.recipients.map((recipient) => ({
        ...recipient,
        dsn: {
          notify: ['SUCCESS'],
          originalRecipient: { type: 'rfc822', address: 'first+one@dsn.test' },
          ret: 'HDRS',
          envelopeId: 'envelope 7',
        },
      })),
    });
    await road.settle();
    const raw = await came('Action: delivered').catch(async (error: unknown) => {
      throw new Error(await server.log(), { cause: error });
    });
    assert.match(raw, /Original-Envelope-Id: envelope\+207|Original-Envelope-Id: envelope 7/i);
    assert.match(
      raw,
      /Original-Recipient: rfc822; ?first\+2Bone@dsn\.test|Original-Recipient: rfc822; ?first\+one@dsn\.test/i,
    );
    assert.equal(arrived.length, before + 1);
  });

  test('Postfix of the organisation: it sends through us by its address, and gets what comes for it', async () => {
    const [port = 0] = await freePorts(1);
    const certificate = await road.lab.issueCertificate('own.hospital.test');
    road.lab.dns.setZone({ name: 'hospital.test', records: [a('own.hospital.test', address)] });
    await using postfix = await startPostfix({
      address,
      port,
      settings: {
        myhostname: 'own.hospital.test',
        mydestination: '',
        virtual_alias_domains: '',
        relay_domains: hospital.domain,
        relay_recipient_maps: `inline:{ ${doctor.email}=x }`,
        relay_transport: 'discard',
        mynetworks: '127.0.0.0/8',
        relayhost: `[127.0.0.1]:${listener.port}`,
        smtp_bind_address: address,
        smtp_tls_security_level: 'encrypt',
        smtpd_tls_security_level: 'may',
        smtpd_tls_loglevel: '1',
        smtpd_tls_chain_files: '$config_directory/chain.pem',
      },
      files: { 'chain.pem': `${certificate.key}\n${certificate.cert}\n` },
    });
    const served = await road.domains.findByName(hospital.domain);
    assert.ok(served !== null);
    await road.domains.setDestination(
      served,
      { host: 'own.hospital.test', port, recipients: 'asked' },
      { actor: { kind: 'system', part: 'test' } },
    );

    const program = createTransport({ host: address, port, secure: false, ignoreTLS: true });
    await program.sendMail({
      from: `secretary@${hospital.domain}`,
      to: 'through-postfix@verified.test',
      subject: 'Through us',
      text: 'gateway-out',
    });
    program.close();
    await eventually('it went through us', async () => {
      await road.settle();
      return road.lab.inbox.messagesFor('through-postfix@verified.test')[0];
    }).catch(async (cause: unknown) => {
      throw new Error(await postfix.log(), { cause });
    });

    const fromOutside = createTransport({
      host: '127.0.0.1',
      port: listener.port,
      localAddress: `${network}.77`,
      tls: { rejectUnauthorized: false },
    });
    const mail = { from: 'patient@outside.test', subject: 'For the doctor', text: 'gateway-in' };
    await fromOutside.sendMail({ ...mail, to: doctor.email }).catch(async (cause: unknown) => {
      throw new Error(await postfix.log(), { cause });
    });
    await assert.rejects(fromOutside.sendMail({ ...mail, to: `nobody@${hospital.domain}` }), /5\.1\.1/);
    fromOutside.close();
    const log = await eventually('Postfix has it', async () => {
      await road.settle();
      const text = await postfix.log();
      return /postfix\/discard\[\d+\].*status=sent/.test(text) ? text : undefined;
    });
    assert.match(log, /Anonymous TLS connection established from .*TLSv1\.3/);
  });
});
