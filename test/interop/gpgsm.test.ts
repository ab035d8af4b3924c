// GnuPG 2.2's S/MIME, which knows neither GCM nor OAEP and names AES-128 alone, as somebody else's mail program.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { addKeys, addOwnKey } from '#contract/keys.ts';
import { getTimeline, sendMessage } from '#contract/sending.ts';
import type { Identity } from '#protocols/cms/index.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { arrivedAtLab, sendRaw } from '../support/encrypting-partner.ts';
import { startGnupgSmime, type GnupgSmime } from '../support/gnupg-smime.ts';
import { mailAuthority } from '../support/mail-certificates.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

const secret = 'The potassium is 4.1 mmol/l.';
const partner = 'gpgsm@verified.test';

suite('gpgsm ↔ carepost', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  let administrator: StaffPerson;
  let nurse: StaffPerson;
  let gnupg: GnupgSmime;
  before(async () => {
    carepost = await startCarepost();
    const signIn = async (role: string) => {
      const user = carepost.lab.users.find((each) => each.role === role);
      return signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
    };
    [administrator, nurse] = [await signIn('administrator'), await signIn('clinician')];
    const authority = await mailAuthority();
    gnupg = await startGnupgSmime(authority.certificate);
    const ours = await authority.issue(nurse.email, { key: 'rsa' });
    const theirs = await authority.issue(partner, { key: 'rsa' });
    await gnupg.add(theirs, partner);
    await gpgsm(['--import'], Buffer.from(ours.certificate.x509.toString()));
    await nurse.call(addOwnKey, { body: { address: nurse.email, key: pemOf(ours) } });
    await administrator.call(addKeys, { body: { key: theirs.certificate.x509.toString() } });
  });
  after(async () => {
    await gnupg[Symbol.asyncDispose]();
    await carepost[Symbol.asyncDispose]();
  });

  const pemOf = ({ certificate, privateKey }: Identity) =>
    `${certificate.x509.toString()}${String(privateKey.export({ type: 'pkcs8', format: 'pem' }))}`;
  async function gpgsm(parameters: readonly string[], input: Buffer): Promise<Buffer> {
    const { code, output, complaints } = await gnupg.run(parameters, input);
    assert.equal(code, 0, complaints);
    return output;
  }
  const sign = (content: string) => gpgsm(['--sign', '-u', `<${partner}>`], Buffer.from(content));
  const encrypt = (content: Buffer) =>
    gpgsm(['--encrypt', '--cipher-algo', 'AES256', '-r', `<${nurse.email}>`], content);
  const entityOf = (type: string, cms: Buffer) =>
    `Content-Type: application/pkcs7-mime; smime-type=${type}; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64').replaceAll(/.{76}/g, '$&\r\n')}\r\n`;
  async function receive(subject: string, cms: Buffer) {
    const fields = `From: <${partner}>\r\nTo: <${nurse.email}>\r\nSubject: ${subject}\r\nDate: ${new Date().toUTCString()}\r\nMessage-ID: <${subject.replaceAll(' ', '.')}@verified.test>\r\nMIME-Version: 1.0\r\n`;
    const raw = Buffer.from(`${fields}${entityOf('enveloped-data', cms)}`);
    await sendRaw(carepost, { from: partner, to: nurse.email }, raw);
    const email = await nurse.arrived(subject);
    const arrival = email['carepost:arrival'] as { opened?: { words: string }[] } | null;
    const isRead = (await nurse.raw(email.id)).includes('potassium');
    return { isRead, words: arrival?.opened?.map(({ words }) => words) ?? [] };
  }
  const part = `Content-Type: text/plain\r\n\r\n${secret}\r\n`;

  test('what it signs and encrypts our people read, since the signature covers all of it', async () => {
    const signed = Buffer.from(entityOf('signed-data', await sign(part)));
    const { isRead, words } = await receive('Signed by gpgsm', await encrypt(signed));
    assert.deepEqual(words.slice(0, 2), [
      'Came encrypted; it was opened here with your key',
      'Signed by the sender, with a key that is trusted here',
    ]);
    assert.equal(isRead, true);
  });

  test('what it only encrypts, by CBC, is not opened: anybody could have changed it', async () => {
    const { isRead, words } = await receive('Not signed', await encrypt(Buffer.from(part)));
    assert.deepEqual(words, [
      'Encrypted in an outdated way that others could have tampered with: it was not opened',
    ]);
    assert.equal(isRead, false);
  });

  test('its signature said that it reads CBC alone: it opens and verifies what our people send', async () => {
    const { messageId } = await nurse.call(sendMessage, {
      body: { from: nurse.email, to: [partner], subject: 'A result', text: secret, category: 'lab-result' },
    });
    const raw = (await arrivedAtLab(carepost, partner)).toString();
    const { recipients } = await nurse.call(getTimeline, { params: { messageId } });
    assert.match(recipients[0]?.receipt?.reason ?? '', /older AES-128-CBC, since their program says/);
    assert.ok(!raw.includes('A result'));
    const cmsOf = (entity: string) =>
      Buffer.from(entity.slice(entity.indexOf('\r\n\r\n')).replaceAll(/\s/g, ''), 'base64');
    const opened = (await gpgsm(['--decrypt'], cmsOf(raw))).toString();
    const clear = (await gpgsm(['--verify', '--output', '-'], cmsOf(opened))).toString();
    assert.match(clear, /^Subject: A result\r$/m);
    assert.match(clear, /\r\n\r\nSubject: A result\r\n\r\nThe potassium is 4\.1/);
  });
});
