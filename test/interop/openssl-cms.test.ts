// OpenSSL as somebody else's S/MIME program: what we encrypt it opens, what it encrypts our people read, each signed.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { addKeys, addOwnKey, findKeys, setKeyCipher } from '#contract/keys.ts';
import { getTimeline, previewMessage, sendMessage } from '#contract/sending.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { arrivedAtLab, sendRaw } from '../support/encrypting-partner.ts';
import { eventually } from '../support/eventually.ts';
import { runProgram } from '../support/run-program.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

const secret = 'The potassium is 4.1 mmol/l.';

suite('OpenSSL ↔ carepost', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  let administrator: StaffPerson;
  let nurse: StaffPerson;
  let folder: string;
  const path = (name: string) => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carepost-cms-'));
    carepost = await startCarepost();
    const signIn = async (role: string) => {
      const user = carepost.lab.users.find((each) => each.role === role);
      return signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
    };
    [administrator, nurse] = [await signIn('administrator'), await signIn('clinician')];
    await newCertificate('nurse', nurse.email, 'rsa:2048');
    const pem = `${await readFile(path('nurse.crt'), 'utf8')}${await readFile(path('nurse.key'), 'utf8')}`;
    await nurse.call(addOwnKey, { body: { address: nurse.email, key: pem } });
  });
  after(async () => {
    await carepost[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** `command` is split at blanks; `more` is given as it is. */
  async function openssl(command: string, ...more: string[]): Promise<void> {
    const { code, output } = await runProgram('openssl', [...command.split(' '), ...more]);
    assert.equal(code, 0, output);
  }
  async function newCertificate(name: string, address: string, key: string): Promise<void> {
    const extensions = [
      `subjectAltName=email:${address}`,
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=digitalSignature,keyEncipherment,keyAgreement',
      'extendedKeyUsage=emailProtection',
    ];
    await openssl(
      `req -x509 -newkey ${key} -nodes -days 30 -subj /CN=${name} -keyout ${path(`${name}.key`)} -out ${path(`${name}.crt`)}`,
      ...extensions.flatMap((extension) => ['-addext', extension]),
    );
  }
  const openedWords = async (subject: string) => {
    const email = await nurse.arrived(subject);
    const arrival = email['carepost:arrival'] as { opened?: { words: string }[] } | null;
    return { email, words: arrival?.opened?.map(({ words }) => words) ?? [] };
  };

  for (const [name, key] of [
    ['rsa', 'rsa:2048'],
    ['ecc', 'ec -pkeyopt ec_paramgen_curve:P-256'],
  ] as const) {
    const partner = `${name}@verified.test`;

    test(`${name}: a message to a trusted certificate is encrypted to it and signed`, async () => {
      await newCertificate(name, partner, key);
      const certificate = await readFile(path(`${name}.crt`), 'utf8');
      await administrator.call(addKeys, { body: { key: certificate } });
      const draft = { to: [partner], category: 'lab-result' as const };
      const { recipients } = await nurse.call(previewMessage, { body: draft });
      assert.equal(recipients[0]?.protection, 'smime');
      await nurse.call(sendMessage, {
        body: { ...draft, from: nurse.email, subject: 'A result', text: secret },
      });
      const raw = await arrivedAtLab(carepost, partner);
      assert.match(raw.toString(), /^Subject: \[\.\.\.\]\r$/m);
      assert.ok(!raw.includes('A result'));
      await writeFile(path('in.eml'), raw);
      const [certificateFile, keyFile] = [path(`${name}.crt`), path(`${name}.key`)];
      await openssl(
        `cms -decrypt -in ${path('in.eml')} -recip ${certificateFile} -inkey ${keyFile} -out ${path('signed.eml')}`,
      );
      await openssl(
        `cms -verify -in ${path('signed.eml')} -CAfile ${path('nurse.crt')} -purpose any -out ${path('clear.eml')}`,
      );
      const clear = await readFile(path('clear.eml'), 'utf8');
      assert.match(clear, /^Subject: A result\r$/m);
      assert.match(
        clear,
        /;\r\n hp-legacy-display="1"\r\n[^]*\r\n\r\nSubject: A result\r\n\r\nThe potassium is 4\.1/,
      );
    });

    for (const [cipher, signs] of [
      ['-aes-256-gcm', true],
      ['-aes-256-cbc', true],
      ['-aes-256-cbc', false],
    ] as const) {
      test(`${name} ${cipher}, ${signs ? 'signed' : 'not signed'}: our people read what it encrypts, if nobody could have changed it`, async () => {
        const subject = `From OpenSSL ${name} ${cipher} ${signs}`;
        await writeFile(path('part.txt'), `Content-Type: text/plain\r\n\r\n${secret}\r\n`);
        if (signs)
          await openssl(
            `cms -sign -nodetach -binary -in ${path('part.txt')} -signer ${path(`${name}.crt`)} -inkey ${path(`${name}.key`)} -out ${path('out.txt')}`,
          );
        await openssl(
          `cms -encrypt ${cipher} -in ${path(signs ? 'out.txt' : 'part.txt')} -from ${partner} -to ${nurse.email} -out ${path('out.eml')}`,
          '-subject',
          subject,
          path('nurse.crt'),
        );
        const raw = (await readFile(path('out.eml'), 'latin1')).replaceAll(/\r?\n/g, '\r\n');
        await sendRaw(carepost, { from: partner, to: nurse.email }, Buffer.from(raw, 'latin1'));
        const { email, words } = await openedWords(subject);
        const isRead = signs || cipher !== '-aes-256-cbc';
        assert.deepEqual(
          words,
          isRead
            ? [
                'Came encrypted; it was opened here with your key',
                'Signed by the sender, with a key that is trusted here',
                'Its subject is not covered by the signature',
              ]
            : ['Encrypted in an outdated way that others could have tampered with: it was not opened'],
        );
        assert.equal((await nurse.raw(email.id)).includes('potassium'), isRead);
      });
    }

    test(`${name}: its signature said that it reads CBC alone, which it then gets, or GCM where we decide`, async () => {
      const receiptOf = async (subject: string, count: number) => {
        const { messageId } = await nurse.call(sendMessage, {
          body: { from: nurse.email, to: [partner], subject, text: secret, category: 'lab-result' },
        });
        await writeFile(path('in.eml'), await arrivedAtLab(carepost, partner, count));
        const { recipients } = await nurse.call(getTimeline, { params: { messageId } });
        return recipients[0]?.receipt;
      };
      const receipt = await receiptOf('An older cipher', 2);
      assert.equal(receipt?.key?.cipher, 'aes-256-cbc');
      assert.match(receipt?.reason ?? '', /older AES-256-CBC, since their program says/);
      // The older of its two commands, which knows neither GCM nor OAEP.
      const command = name === 'rsa' ? 'smime' : 'cms';
      const keys = `-recip ${path(`${name}.crt`)} -inkey ${path(`${name}.key`)}`;
      await openssl(`${command} -decrypt -in ${path('in.eml')} ${keys} -out ${path('signed.eml')}`);
      await openssl(
        `${command} -verify -in ${path('signed.eml')} -CAfile ${path('nurse.crt')} -purpose any -out ${path('clear.eml')}`,
      );
      assert.match(await readFile(path('clear.eml'), 'utf8'), /potassium is 4\.1/);

      const { items } = await administrator.call(findKeys, { body: { address: partner } });
      assert.match(items[0]?.cipher?.words ?? '', /AES-256-CBC/);
      const params = { keyId: items[0]?.keyId ?? '' };
      const set = await administrator.call(setKeyCipher, { params, body: { cipher: 'gcm' } });
      assert.match(set.cipher?.words ?? '', /AES-256-GCM: as an administrator decided/);
      assert.equal((await receiptOf('A newer cipher', 3))?.key?.cipher, 'aes-256-gcm');
      assert.match(await readFile(path('in.eml'), 'utf8'), /smime-type=authEnveloped-data/);
    });
  }

  test('what came for a certificate that was not kept here is opened when its key is brought', async () => {
    await newCertificate('later', nurse.email, 'rsa:2048');
    await writeFile(path('part.txt'), `Content-Type: text/plain\r\n\r\n${secret}\r\n`);
    const from = 'rsa@verified.test';
    await openssl(
      `cms -encrypt -aes-256-gcm -in ${path('part.txt')} -from ${from} -to ${nurse.email} -out ${path('out.eml')} -subject Later`,
      path('later.crt'),
    );
    const raw = (await readFile(path('out.eml'), 'latin1')).replaceAll(/\r?\n/g, '\r\n');
    await sendRaw(carepost, { from, to: nurse.email }, Buffer.from(raw, 'latin1'));
    const closed = await openedWords('Later');
    assert.deepEqual(closed.words, ['Encrypted to a key that is not kept here: it cannot be opened']);
    const { accountId } = nurse;
    const [[, before] = []] = await nurse.jmap(['Email/get', { accountId, ids: [] }, 's']);

    await openssl(
      `pkcs12 -export -in ${path('later.crt')} -inkey ${path('later.key')} -out ${path('later.p12')} -passout pass:abc`,
    );
    const key = (await readFile(path('later.p12'))).toString('base64');
    const bring = (passphrase: string) =>
      nurse.call(addOwnKey, { body: { address: nurse.email, key, passphrase } });
    await assert.rejects(bring('abd'), /passphrase of the PKCS #12 file is wrong/);
    await bring('abc');
    const changed = await eventually('the opened message is in its place', async () => {
      const [[, changes] = []] = await nurse.jmap([
        'Email/changes',
        { accountId, sinceState: before?.['state'] },
        'c',
      ]);
      const destroyed = changes?.['destroyed'] as string[];
      return destroyed.includes(closed.email.id) ? changes : undefined;
    });
    const opened = await openedWords('Later');
    assert.deepEqual(changed['created'], [opened.email.id]);
    assert.deepEqual(opened.words, ['Came encrypted; it was opened here with your key']);
    assert.ok((await nurse.raw(opened.email.id)).includes('potassium'));
    const inbox = await nurse.folder('inbox');
    assert.equal(inbox.filter(({ subject }) => subject === 'Later').length, 1);
  });
});
