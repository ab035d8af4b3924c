// Somebody else's Postfix delivers to our MX, and believes our certificate only.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { startClinic, type Clinic } from '../support/clinic.ts';
import { eventually } from '../support/eventually.ts';
import { canRunPostfix } from '../support/postfix.ts';

const skip = canRunPostfix() ? false : 'Postfix and Dovecot instances of our own need root';

suite('Postfix → carepost', { skip, concurrency: 1 }, () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await startClinic();
  });
  after(() => clinic[Symbol.asyncDispose]());

  type Mail = Parameters<ReturnType<typeof createTransport>['sendMail']>[0];

  /** Hands a message to the partner's Postfix, which delivers it. */
  async function send(mail: Mail): Promise<void> {
    const [host, port] = clinic.partner.relay.split(':');
    const program = createTransport({ host: host ?? '', port: Number(port) });
    await program.sendMail({ from: 'Doctor <doctor@partner.test>', ...mail });
    program.close();
  }

  test('over TLS that Postfix verified: in the inbox, with how it came', async () => {
    await send({ to: 'nurse@clinic.test', subject: 'A referral', text: 'referral-body' });
    const email = await clinic.nurse.arrived('A referral');
    assert.deepEqual(email['carepost:arrival'], { how: 'smtp', encrypted: true, words: 'Came over an encrypted connection (TLS 1.3)' });
    assert.equal(email.from?.[0]?.email, 'doctor@partner.test');
    const raw = (await clinic.nurse.raw(email.id)).toString();
    assert.match(raw, /^Return-Path: <doctor@partner\.test>\r\nReceived: from mx\.partner\.test \(\[127\.0\.0\.1\]\) by mx\.clinic\.test with ESMTPS tls TLS_\w+ id /);
    assert.match(await clinic.partner.postfix.log(), /Verified TLS connection established to \S+: TLSv1\.3/);
  });

  test('to an alias, in UTF-8, with octets above 127', async () => {
    await send({
      envelope: { from: 'ärztin@partner.test', to: 'ward@clinic.test' },
      raw: Buffer.from(
        'From: Zoë <ärztin@partner.test>\r\nTo: ward@clinic.test\r\nSubject: Größe in µg\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nnaïve – 結果\r\n',
      ),
    });
    const email = await clinic.nurse.arrived('Größe in µg');
    assert.equal(email.from?.[0]?.email, 'ärztin@partner.test');
    assert.ok((await clinic.nurse.raw(email.id)).includes('naïve – 結果'));
  });

  test('5 MB, octet for octet', async () => {
    const content = randomBytes(5 * 1024 * 1024);
    await send({ to: 'nurse@clinic.test', subject: 'An image for you', text: 'see attached', attachments: [{ filename: 'image.bin', content }] });
    const email = await clinic.nurse.arrived('An image for you', 40_000);
    assert.equal(email.hasAttachment, true);
    const { attachments } = await PostalMime.parse(await clinic.nurse.raw(email.id));
    assert.equal(sha256(Buffer.from(attachments[0]?.content as ArrayBuffer)), sha256(content));
  });

  test('an unknown user is refused at RCPT, and Postfix tells its sender', async () => {
    await send({ from: 'office@partner.test', to: 'nobody-here@clinic.test', subject: 'To nobody', text: 'lost' });
    const report = await eventually('the report is in the mailbox', async () =>
      (await clinic.partner.inbox('office@partner.test')).find((raw) => raw.includes('nobody-here@clinic.test')),
    );
    assert.match(report.toString(), /Status: 5\.1\.1/);
    assert.match(report.toString(), /There is no such user here/);
  });

  test('more than the organisation takes is refused before it is sent', async () => {
    // 20 MB are 27 MB in base64, and 25 MiB are taken.
    const content = randomBytes(20 * 1024 * 1024);
    await send({ from: 'office@partner.test', to: 'nurse@clinic.test', subject: 'Too much', attachments: [{ filename: 'all.zip', content }] });
    const report = await eventually(
      'the report is in the mailbox',
      async () => (await clinic.partner.inbox('office@partner.test')).find((raw) => raw.includes('Too much')),
      40_000,
    );
    assert.match(report.toString(), /Status: 5\.3\.4/);
    assert.match(report.toString(), /larger than the 26214400 octets/);
  });

  test('while we are away Postfix keeps it, and brings it when we are back', async () => {
    await clinic.carepost.end('SIGKILL');
    await send({ to: 'nurse@clinic.test', subject: 'While you were away', text: 'kept-by-postfix' });
    await eventually('Postfix has put it off', async () =>
      /status=deferred.*Connection refused/.test(await clinic.partner.postfix.log()) ? true : undefined,
    );
    await clinic.carepost.start();
    await clinic.partner.postfix.command('postqueue', '-f');
    const { id } = await clinic.nurse.arrived('While you were away', 40_000);
    assert.ok((await clinic.nurse.raw(id)).includes('kept-by-postfix'));
  });
});

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
