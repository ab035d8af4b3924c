// Somebody else's Postfix and Dovecot, both ways: what we send is read there by IMAP, what comes from there by JMAP here.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { getTimeline, listSentMessages, type RecipientJourney } from '#contract/sending.ts';
import { startClinic, type Clinic } from '../support/clinic.ts';
import { eventually } from '../support/eventually.ts';
import { canRunPostfix } from '../support/postfix.ts';

const skip = canRunPostfix() ? false : 'Postfix and Dovecot instances of our own need root';

suite('carepost ⇄ Postfix', { skip, concurrency: 1 }, () => {
  let clinic: Clinic;
  before(async () => {
    clinic = await startClinic();
  });
  after(() => clinic[Symbol.asyncDispose]());

  type Mail = Parameters<ReturnType<typeof createTransport>['sendMail']>[0];

  /** As a mail program does: STARTTLS with a certificate that it verifies, app password. */
  async function submit(mail: Mail): Promise<string> {
    const [host, port] = clinic.carepost.ready.submission.split(':');
    const program = createTransport({
      host: host ?? '',
      port: Number(port),
      requireTLS: true,
      auth: { user: clinic.nurse.email, pass: clinic.appPassword },
      tls: { ca: await readFile(clinic.partner.authorityFile, 'utf8'), servername: 'mx.clinic.test' },
    });
    try {
      const { response } = await program.sendMail({ from: `A Nurse <${clinic.nurse.email}>`, ...mail });
      assert.match(response, /^250 2\.0\.0 /);
      return /[0-9a-f-]{36}/.exec(response)?.[0] ?? '';
    } finally {
      program.close();
    }
  }

  /** The journey of one recipient, once it is in one of these states. */
  function journey(
    messageId: string,
    address: string,
    states: readonly string[],
    limitMs = 20_000,
  ): Promise<RecipientJourney> {
    return eventually(
      `the journey comes to ${states.join(' or ')}`,
      async () => {
        const { recipients } = await clinic.nurse.call(getTimeline, { params: { messageId } });
        return recipients.find((one) => one.address === address && states.includes(one.state));
      },
      limitMs,
    );
  }

  function inInbox(user: string, text: string): Promise<Buffer> {
    return eventually(`the message is in the mailbox of ${user}`, async () =>
      (await clinic.partner.inbox(user)).find((raw) => raw.includes(text)),
    );
  }

  /** The partner's domain says nothing of who may send for it. */
  const unknownSender = {
    arc: 'none',
    dkim: [],
    dmarc: 'none',
    doubt: 'unproven',
    policy: null,
    proof: null,
    spf: 'none',
  };

  let greylisted = '';
  test('outward: a greylisted message is put off (its second try comes in a minute: see the end)', async () => {
    greylisted = await submit({ to: 'doctor@greylisting.test', subject: 'Later', text: 'greylisted-body' });
    const { events } = await journey(greylisted, 'doctor@greylisting.test', ['deferred']);
    assert.ok(events.some(({ words }) => /wait|later|again/i.test(words)));
  });

  test('outward: verified TLS: it lands in the mailbox, and both sides say how', async () => {
    const messageId = await submit({
      to: 'doctor@partner.test',
      bcc: 'office@partner.test',
      subject: 'Results for your patient',
      text: 'verified-body\n.\n..two dots\n',
      headers: { 'X-Carepost-Category': 'clinical' },
    });
    const { protection, receipt } = await journey(messageId, 'doctor@partner.test', ['delivered']);
    assert.equal(protection, 'tls-verified');
    assert.match(JSON.stringify(receipt), /TLSv1\.3/);

    const raw = await inInbox('doctor@partner.test', 'verified-body');
    const read = await PostalMime.parse(raw);
    assert.equal(read.subject, 'Results for your patient');
    assert.equal(read.text?.trim(), 'verified-body\n.\n..two dots');
    assert.match(raw.toString(), /using TLSv1\.3 with cipher/);
    assert.match(raw.toString(), signedReturnPath);
    assert.doesNotMatch(raw.toString(), /x-carepost/i, 'control fields stay at home');
    assert.match(
      await clinic.partner.postfix.log(),
      /Anonymous TLS connection established from .*: TLSv1\.3/,
    );

    const blind = await inInbox('office@partner.test', 'verified-body');
    for (const copy of [raw, blind])
      assert.doesNotMatch(
        copy.toString().replace(/^(Delivered-To|X-Original-To|\tfor).*$/gm, ''),
        /office@|^bcc:/im,
      );
  });

  for (const [domain, words] of [
    ['selfsigned.test', /certificate|prove|proven/i],
    ['expired.test', /certificate|expired|ran out/i],
    ['plain.test', /encrypt|TLS/i],
  ] as const) {
    test(`outward: ${domain}: the portal instead, with the reason, and a notice without a word of the message`, async () => {
      const address = `doctor@${domain}`;
      const messageId = await submit({
        to: address,
        subject: `Secret subject ${domain}`,
        text: 'portal-body',
      });
      const { protection, receipt, reason } = await journey(messageId, address, ['notified']);
      assert.equal(protection, 'portal');
      assert.match(`${reason} ${receipt?.reason}`, words);
      const notice = await inInbox(address, clinic.carepost.url);
      assert.doesNotMatch(notice.toString(), /portal-body|Secret subject/);
      assert.match(notice.toString(), /^From: .*@clinic\.test>?/m);
      assert.equal((await clinic.partner.inbox(address)).length, 1);
    });
  }

  test('outward: SMTPUTF8: an address and a subject beyond ASCII', async () => {
    const messageId = await submit({
      to: 'ärztin@partner.test',
      subject: 'Überweisung für Zoë – 結果',
      text: 'grüße-utf8',
    });
    await journey(messageId, 'ärztin@partner.test', ['delivered']);
    const [raw] = await eventually('it is there', async () => {
      const found = await clinic.partner.inbox('ärztin@partner.test');
      return found.length > 0 ? found : undefined;
    });
    const read = await PostalMime.parse(raw ?? Buffer.alloc(0));
    assert.equal(read.subject, 'Überweisung für Zoë – 結果');
    assert.equal(read.text?.trim(), 'grüße-utf8');
    assert.match(String(raw), /with UTF8SMTPS/);
  });

  test('outward: 8BITMIME: octets above 127 arrive as they were', async () => {
    const body = 'Größe 12 µg/l – ünïcode';
    const messageId = await submit({
      envelope: { from: clinic.nurse.email, to: 'doctor@partner.test' },
      raw: Buffer.from(
        `From: ${clinic.nurse.email}\r\nTo: doctor@partner.test\r\nSubject: 8bit\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}\r\n`,
      ),
    });
    await journey(messageId, 'doctor@partner.test', ['delivered']);
    assert.ok((await inInbox('doctor@partner.test', 'Subject: 8bit')).includes(body));
  });

  test('outward: an attachment of 5 MB arrives octet for octet', async () => {
    const content = randomBytes(5 * 1024 * 1024);
    const messageId = await submit({
      to: 'office@partner.test',
      subject: 'A large image',
      text: 'five-megabytes',
      attachments: [{ filename: 'image.dcm', content, contentType: 'application/dicom' }],
    });
    await journey(messageId, 'office@partner.test', ['delivered'], 40_000);
    const { attachments } = await PostalMime.parse(await inInbox('office@partner.test', 'five-megabytes'));
    const received = attachments[0]?.content ?? '';
    assert.equal(attachments[0]?.filename, 'image.dcm');
    assert.equal(sha256(Buffer.from(received as ArrayBuffer)), sha256(content));
  });

  test('outward: one bad recipient does not hold up the others, and the sender is told', async () => {
    const messageId = await submit({
      to: ['doctor@partner.test', 'nobody-here@partner.test'],
      subject: 'Two of them',
      text: 'one-bad',
    });
    await journey(messageId, 'doctor@partner.test', ['delivered']);
    const { reason } = await journey(messageId, 'nobody-here@partner.test', ['bounced']);
    assert.match(reason, /no such|unknown|does not/i);
    await inInbox('doctor@partner.test', 'one-bad');

    const report = await clinic.nurse.arrived('Your message did not reach everybody');
    assert.equal(report['carepost:arrival']?.how, 'system');
    const raw = (await clinic.nurse.raw(report.id)).toString();
    assert.match(raw, /Content-Type: multipart\/report;\s+report-type="?delivery-status/i);
    assert.match(raw, /Final-Recipient: rfc822;\s*nobody-here@partner\.test/i);
    assert.match(raw, /Action: failed/i);
    assert.match(raw, /Status: 5\.1\.1/i);
    assert.match(raw, /Diagnostic-Code: smtp;.*User unknown/is);
    assert.doesNotMatch(raw, /one-bad/, 'headers only come back');
  });

  test('outward: what Postfix takes and cannot deliver is reported to the sender in our words', async () => {
    const messageId = await submit({
      to: 'moved@partner.test',
      subject: 'To one who moved',
      text: 'moved-body',
    });
    await journey(messageId, 'moved@partner.test', ['bounced']);
    const raw = await eventually('our report, with what Postfix said of the one who moved', async () => {
      const report = await clinic.nurse.arrived('Your message did not reach everybody');
      const text = (await clinic.nurse.raw(report.id)).toString();
      return text.includes('moved@partner.test') ? { text, how: report['carepost:arrival']?.how } : undefined;
    });
    assert.equal(raw.how, 'system');
    assert.match(raw.text, /Status: 5\.1\.6/);
  });

  /** Hands a message to the partner's Postfix, which delivers it. */
  async function sendFromOutside(mail: Mail): Promise<void> {
    const [host, port] = clinic.partner.relay.split(':');
    const program = createTransport({ host: host ?? '', port: Number(port) });
    await program.sendMail({ from: 'Doctor <doctor@partner.test>', ...mail });
    program.close();
  }

  test('inward: over TLS that Postfix verified: in the inbox, with how it came', async () => {
    await sendFromOutside({ to: 'nurse@clinic.test', subject: 'A referral', text: 'referral-body' });
    const email = await clinic.nurse.arrived('A referral');
    assert.deepEqual(email['carepost:arrival'], {
      how: 'smtp',
      encrypted: true,
      words: 'Came over an encrypted connection (TLS 1.3)',
      sender: unknownSender,
    });
    assert.equal(email.from?.[0]?.email, 'doctor@partner.test');
    const raw = (await clinic.nurse.raw(email.id)).toString();
    assert.match(
      raw,
      /^Return-Path: <doctor@partner\.test>\r\nAuthentication-Results: mx\.clinic\.test; spf=none\s[^:]+\r\nReceived: from mx\.partner\.test \(\[127\.0\.0\.1\]\) by mx\.clinic\.test with ESMTPS tls\s+TLS_\w+ id /,
    );
    assert.match(await clinic.partner.postfix.log(), /Verified TLS connection established to \S+: TLSv1\.3/);
  });

  test('inward: to an alias, in UTF-8, with octets above 127', async () => {
    await sendFromOutside({
      envelope: { from: 'ärztin@partner.test', to: 'ward@clinic.test' },
      raw: Buffer.from(
        'From: Zoë <ärztin@partner.test>\r\nTo: ward@clinic.test\r\nSubject: Größe in µg\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nnaïve – 結果\r\n',
      ),
    });
    const email = await clinic.nurse.arrived('Größe in µg');
    assert.equal(email.from?.[0]?.email, 'ärztin@partner.test');
    assert.ok((await clinic.nurse.raw(email.id)).includes('naïve – 結果'));
  });

  test('inward: 5 MB, octet for octet', async () => {
    const content = randomBytes(5 * 1024 * 1024);
    await sendFromOutside({
      to: 'nurse@clinic.test',
      subject: 'An image for you',
      text: 'see attached',
      attachments: [{ filename: 'image.bin', content }],
    });
    const email = await clinic.nurse.arrived('An image for you', 40_000);
    assert.equal(email.hasAttachment, true);
    const { attachments } = await PostalMime.parse(await clinic.nurse.raw(email.id));
    assert.equal(sha256(Buffer.from(attachments[0]?.content as ArrayBuffer)), sha256(content));
  });

  test('inward: an unknown user is refused at RCPT, and Postfix tells its sender', async () => {
    await sendFromOutside({
      from: 'office@partner.test',
      to: 'nobody-here@clinic.test',
      subject: 'To nobody',
      text: 'lost',
    });
    const report = await eventually('the report is in the mailbox', async () =>
      (await clinic.partner.inbox('office@partner.test')).find((raw) =>
        raw.includes('nobody-here@clinic.test'),
      ),
    );
    assert.match(report.toString(), /Status: 5\.1\.1/);
    assert.match(report.toString(), /There is no such user here/);
  });

  test('inward: more than the organisation takes is refused before it is sent', async () => {
    // 20 MB are 27 MB in base64, and 25 MiB are taken.
    const content = randomBytes(20 * 1024 * 1024);
    await sendFromOutside({
      from: 'office@partner.test',
      to: 'nurse@clinic.test',
      subject: 'Too much',
      attachments: [{ filename: 'all.zip', content }],
    });
    const report = await eventually(
      'the report is in the mailbox',
      async () => (await clinic.partner.inbox('office@partner.test')).find((raw) => raw.includes('Too much')),
      40_000,
    );
    assert.match(report.toString(), /Status: 5\.3\.4/);
    assert.match(report.toString(), /larger than the 26214400 octets/);
  });

  test('inward: while we are away Postfix keeps it, and brings it when we are back', async () => {
    await clinic.carepost.end('SIGKILL');
    await sendFromOutside({
      to: 'nurse@clinic.test',
      subject: 'While you were away',
      text: 'kept-by-postfix',
    });
    await eventually('Postfix has put it off', async () =>
      /status=deferred.*Connection refused/.test(await clinic.partner.postfix.log()) ? true : undefined,
    );
    await clinic.carepost.start();
    await clinic.partner.postfix.command('postqueue', '-f');
    const { id } = await clinic.nurse.arrived('While you were away', 40_000);
    assert.ok((await clinic.nurse.raw(id)).includes('kept-by-postfix'));
  });

  test('outward: the greylisted message came through on its second try', async () => {
    const { events } = await journey(greylisted, 'doctor@greylisting.test', ['delivered'], 100_000);
    assert.ok(events.length >= 3);
    await inInbox('doctor@greylisting.test', 'greylisted-body');
    assert.match(await clinic.partner.postfix.log(), /450 4\.2\.0 <doctor@greylisting\.test>/);
  });

  test('outward: every message was sent once', async () => {
    const { items } = await clinic.nurse.call(listSentMessages, { query: { limit: 200 } });
    assert.ok(items.every(({ state }) => state === 'dispatched'));
    const people = [
      'doctor@partner.test',
      'office@partner.test',
      'ärztin@partner.test',
      'doctor@greylisting.test',
    ];
    const arrived = (await Promise.all(people.map((user) => clinic.partner.inbox(user)))).flat();
    // Postfix's own reports to its users have an empty return path.
    const ours = arrived.filter((raw) => signedReturnPath.test(raw.toString('latin1')));
    // verified ×2, UTF-8, 8bit, 5 MB, one of two, greylisted
    assert.equal(ours.length, 7);
  });
});

/** Where reports about our deliveries come back to (decision 0008). */
const signedReturnPath = /^Return-Path: <bounces\+[a-z2-7]{56}@clinic\.test>/m;

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
