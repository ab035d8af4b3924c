// What an address of ours forwards, at somebody else's Postfix: signatures and our seal hold, and what Postfix cannot deliver comes back.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { checkDomainDns, rotateDkim } from '#contract/domain-dns.ts';
import { listDomains } from '#contract/domains.ts';
import { createForwarding, listForwardings } from '#contract/forwarding.ts';
import { a, mx, txt } from '../../lab/dns/zone.ts';
import { startClinic, type Clinic } from '../support/clinic.ts';
import { eventually } from '../support/eventually.ts';
import { canRunPostfix } from '../support/postfix.ts';
import { runProgram } from '../support/run-program.ts';
import { testSigner } from '../support/signed-message.ts';

const skip = canRunPostfix() ? false : 'Postfix and Dovecot instances of our own need root';
const signer = testSigner('signer.test', 's1');

suite('carepost forwards → Postfix', { skip, concurrency: 1 }, () => {
  let clinic: Clinic;
  let folder: string;
  const records: Record<string, string> = { 's1._domainkey.signer.test.': signer.record };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forwarding-'));
    clinic = await startClinic();
    const { administrator, partner } = clinic;
    const { items } = await administrator.call(listDomains, { query: { limit: 1 } });
    const params = { domainId: items[0]?.domainId ?? '' };
    const { keys } = await administrator.call(rotateDkim, { params });
    const published = keys.map(({ record: { name, value } }) => {
      records[`${name}.`] = value;
      return txt(name, ...(value.match(/.{1,255}/g) ?? []));
    });
    partner.dns.setZone({ name: 'signer.test', records: [txt('s1._domainkey.signer.test', signer.record)] });
    partner.dns.setZone({
      name: 'clinic.test',
      records: [mx('clinic.test', 'mx.clinic.test'), a('mx.clinic.test', '127.0.0.1'), ...published],
    });
    const { keys: seen } = await administrator.call(checkDomainDns, { params });
    assert.ok(seen.every(({ state }) => state === 'signing'));
  });
  after(async () => {
    await clinic[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const forward = (address: string, target: string) =>
    clinic.administrator.call(createForwarding, { body: { address, targets: [target] } });

  /** The partner's Postfix brings it to us. */
  async function write(to: string, subject: string): Promise<void> {
    const [host, port] = clinic.partner.relay.split(':');
    const program = createTransport({ host: host ?? '', port: Number(port) });
    const raw = signer.sign({
      fields: [
        'From: A Doctor <doctor@partner.test>',
        `To: ${to}`,
        `Subject: ${subject}`,
        'Date: Tue, 24 Nov 2026 10:00:00 +0000',
        'Message-ID: <referral@partner.test>',
      ],
      body: 'Dear  colleague, \t\r\nsee  below.\r\n',
    });
    await program.sendMail({ envelope: { from: 'doctor@partner.test', to }, raw });
    program.close();
  }

  const inInbox = (user: string, text: string): Promise<Buffer> =>
    eventually(
      `the message is in the mailbox of ${user}`,
      async () => (await clinic.partner.inbox(user)).find((raw) => raw.includes(text)),
      40_000,
    );

  /** What dkimpy makes of the signature of the author's domain, and of our seal. */
  async function dkimpy(message: Buffer): Promise<string> {
    await writeFile(join(folder, 'message'), message);
    await writeFile(join(folder, 'records'), JSON.stringify(records));
    const script = `
import dkim, json, sys
records = json.load(open(sys.argv[2]))
def find(name, timeout=5):
    return records[name.decode() if isinstance(name, bytes) else name].encode()
message = open(sys.argv[1], 'rb').read()
cv, results, reason = dkim.arc_verify(message, dnsfunc=find)
print(dkim.verify(message, dnsfunc=find), cv.decode() if cv else 'none', reason)
`;
    const files = [join(folder, 'message'), join(folder, 'records')];
    return (await runProgram('/usr/bin/python3', ['-c', script, ...files])).output.trim();
  }

  test('the author’s signature and our seal hold where it arrives', async () => {
    await forward('referrals@clinic.test', 'office@partner.test');
    await write('referrals@clinic.test', 'A referral to forward');
    const message = await inInbox('office@partner.test', 'A referral to forward');
    const text = message.toString('latin1');
    assert.match(text, /^Return-Path: <SRS0=[a-z2-7]{12}=..=partner\.test=doctor@clinic\.test>/im);
    assert.match(text, /^ARC-Authentication-Results: i=1; mx\.clinic\.test;[^]*?dkim=pass/m);
    assert.match(text, /^ARC-Seal: [^]*?d=clinic\.test;/m);
    assert.match(await dkimpy(message), /^True pass /);
    const changed = Buffer.from(text.replace('Dear', 'Dead'), 'latin1');
    assert.doesNotMatch(await dkimpy(changed), /True|pass/);
    assert.match(await clinic.partner.postfix.log(), /TLS connection established from .*: TLSv1\.3/);
  });

  test('what Postfix takes and cannot deliver comes back to who wrote, over us', async () => {
    await forward('departed@clinic.test', 'moved@partner.test');
    await write('departed@clinic.test', 'To one who moved on');
    const report = (await inInbox('doctor@partner.test', 'To one who moved on')).toString();
    assert.match(report, /^Return-Path: <>/m);
    assert.match(report, /^From: .*<MAILER-DAEMON@/m, 'of Postfix, as it came');
    assert.match(report, /^Received: from mx\.partner\.test \(\[127\.0\.0\.1\]\) by mx\.clinic\.test /m);
    assert.match(report, /^Status: 5\.1\.6/m);
  });

  test('what Postfix refuses is not told to a sender who is not proven, and counted', async () => {
    const { forwardingId } = await forward('nobody@clinic.test', 'nobody-here@partner.test');
    await write('nobody@clinic.test', 'To nobody at all');
    await eventually(
      'the failure is counted',
      async () => {
        const { items } = await clinic.administrator.call(listForwardings, { query: { limit: 10 } });
        return items.find((each) => each.forwardingId === forwardingId)?.failures === 1 ? true : undefined;
      },
      20_000,
    );
  });
});
