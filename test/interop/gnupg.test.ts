// GnuPG as somebody else's mail program: what we encrypt it opens, what it encrypts our people read, each signed.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { addKeys, decideKey, findKeys, generateOwnKey } from '#contract/keys.ts';
import { previewMessage, sendMessage, getTimeline } from '#contract/sending.ts';
import {
  readPgpMime,
  webKeyHash,
  writeEncryptedEntity,
  writeSignedEntity,
} from '#protocols/openpgp/index.ts';
import { startCarepost, type RunningCarepost } from '../support/carepost.ts';
import { arrivedAtLab, sendRaw } from '../support/encrypting-partner.ts';
import { eventually } from '../support/eventually.ts';
import { gnupg, type Gpg } from '../support/gnupg.ts';
import { signInStaff, type StaffPerson } from '../support/staff-person.ts';

const secret = 'The potassium is 4.1 mmol/l, ünicode.';

suite('GnuPG ↔ carepost', { concurrency: 1 }, () => {
  let carepost: RunningCarepost;
  let administrator: StaffPerson;
  let nurse: StaffPerson;
  let gpg: Gpg;
  let nurseKey: { fingerprint: string; publicText: string };
  before(async () => {
    carepost = await startCarepost();
    gpg = await gnupg();
    const signIn = async (role: string) => {
      const user = carepost.lab.users.find((each) => each.role === role);
      return signInStaff(carepost.url, user?.email ?? '', user?.password ?? '');
    };
    [administrator, nurse] = [await signIn('administrator'), await signIn('clinician')];
    nurseKey = await nurse.call(generateOwnKey, { body: { address: nurse.email } });
    await gpg.importKey(Buffer.from(nurseKey.publicText));
  });
  after(async () => {
    await gpg[Symbol.asyncDispose]();
    await carepost[Symbol.asyncDispose]();
  });

  const messageWith = (entity: Buffer, from: string, subject: string) =>
    Buffer.concat([
      Buffer.from(
        [
          `From: Partner <${from}>`,
          `To: <${nurse.email}>`,
          `Subject: ${subject}`,
          `Message-ID: <${subject.replaceAll(/\W/g, '')}@verified.test>`,
          'Date: Tue, 24 Nov 2026 12:00:00 +0000',
          'MIME-Version: 1.0',
          '',
        ].join('\r\n'),
      ),
      entity,
    ]);
  const bodyPart = (text: string) =>
    Buffer.from(
      `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(text).toString('base64')}\r\n`,
    );
  const openedWords = async (subject: string) => {
    const email = await nurse.arrived(subject);
    const arrival = email['carepost:arrival'] as { opened?: { words: string; tone: string }[] } | null;
    return { email, words: arrival?.opened?.map(({ words }) => words) ?? [] };
  };

  for (const [index, algorithm] of ['default', 'future-default'].entries()) {
    const partner = `partner${index}@verified.test`;

    test(`${algorithm}: a message to a trusted key is encrypted to it and signed`, async () => {
      await gpg.generate(`Partner <${partner}>`, algorithm);
      const key = (await gpg.run(['--armor', '--export', partner])).output.toString();
      const { items } = await administrator.call(addKeys, { body: { key } });
      assert.deepEqual(
        items.map(({ address, standing }) => [address, standing]),
        [[partner, 'in-use']],
      );
      const to = [partner, 'office@verified.test'];
      const { recipients } = await nurse.call(previewMessage, { body: { to, category: 'lab-result' } });
      assert.deepEqual(
        recipients.map(({ protection }) => protection),
        ['openpgp', 'tls-verified'],
      );
      const { messageId } = await nurse.call(sendMessage, {
        body: { from: nurse.email, to, subject: 'A result', text: secret, category: 'lab-result' },
      });
      const raw = await arrivedAtLab(carepost, partner);
      assert.match(raw.toString(), /^Subject: \[\.\.\.\]\r$/m);
      assert.ok(!raw.includes('A result') && !raw.includes('potassium'));
      const found = readPgpMime(raw);
      assert.ok(found.kind === 'encrypted');
      const { output, status } = await gpg.run(['--decrypt'], found.ciphertext);
      assert.match(status, new RegExp(`VALIDSIG ${nurseKey.fingerprint}`));
      assert.match(output.toString(), /^Subject: A result\r$/m);
      // Who decrypts and knows nothing of protected fields reads the subject in the text.
      assert.match(
        output.toString(),
        /;\r\n hp-legacy-display="1"\r\n[^]*\r\n\r\nSubject: A result\r\n\r\nThe potassium is 4\.1/,
      );
      // The other recipient got the same message over a verified connection, and no ciphertext for somebody else.
      assert.match(
        (await arrivedAtLab(carepost, 'office@verified.test', index + 1)).toString(),
        /^Subject: A result\r$/m,
      );
      const timeline = await nurse.call(getTimeline, { params: { messageId } });
      const journey = timeline.recipients.find(({ address }) => address === partner);
      assert.equal(journey?.receipt?.verdict, 'openpgp');
      assert.equal(journey?.receipt?.key?.fingerprint, items[0]?.fingerprint);
    });

    test(`${algorithm}: what it signs and encrypts our people read, with who signed`, async () => {
      const { output } = await gpg.run(
        ['--armor', '--sign', '--local-user', partner, '--encrypt', '--recipient', nurse.email],
        bodyPart(secret),
      );
      const subject = `Encrypted by ${algorithm}`;
      await sendRaw(
        carepost,
        { from: partner, to: nurse.email },
        messageWith(writeEncryptedEntity(output.toString()), partner, subject),
      );
      const { email, words } = await openedWords(subject);
      assert.deepEqual(words, [
        'Came encrypted; it was opened here with your key',
        'Signed by the sender, with a key that is trusted here',
        'Its subject is not covered by the signature',
      ]);
      const shown = (await nurse.raw(email.id)).toString();
      assert.ok(!shown.includes('BEGIN PGP') && shown.includes(Buffer.from(secret).toString('base64')));
    });
  }

  test('the subject that stands in a text for other programs is shown once', async () => {
    const partner = 'partner0@verified.test';
    const subject = 'Nephrology';
    const encrypted = async (claim: 'cipher' | 'clear') => {
      const payload = Buffer.from(
        [
          `From: Partner <${partner}>`,
          `Subject: ${subject} ${claim}`,
          'HP-Outer: Subject: [...]',
          `Content-Type: multipart/alternative; boundary=b; hp="${claim}"`,
          '',
          '--b',
          'Content-Type: text/plain; hp-legacy-display="1"',
          '',
          `Subject: ${subject} decorated`,
          '',
          'Come on Monday.',
          '--b',
          'Content-Type: text/html; hp-legacy-display="1"',
          '',
          `<body><div class="header-protection-legacy-display"><pre>Subject: decorated</pre></div><p>Come on Monday.</p></body>`,
          '--b--',
          '',
        ].join('\r\n'),
      );
      const recipients = ['--encrypt', '--recipient', nurse.email];
      const { output } = await gpg.run(
        ['--armor', '--sign', '--local-user', partner, ...recipients],
        payload,
      );
      await sendRaw(
        carepost,
        { from: partner, to: nurse.email },
        messageWith(writeEncryptedEntity(output.toString()), partner, '[...]'),
      );
      const { id } = await nurse.arrived(`${subject} ${claim}`);
      const [[, got] = []] = await nurse.jmap([
        'Email/get',
        {
          accountId: nurse.accountId,
          ids: [id],
          properties: ['preview', 'bodyValues', 'textBody', 'htmlBody'],
          fetchTextBodyValues: true,
          fetchHTMLBodyValues: true,
        },
        'g',
      ]);
      return { id, got: JSON.stringify(got) };
    };
    const { id, got } = await encrypted('cipher');
    assert.ok(got.includes('Come on Monday.') && !/decorated|legacy/.test(got), got);
    const found = async (word: string) => {
      const [[, answer] = []] = await nurse.jmap([
        'Email/query',
        { accountId: nurse.accountId, filter: { text: word } },
        'q',
      ]);
      return (answer?.['ids'] ?? []) as string[];
    };
    await eventually('it is found', async () => ((await found('Monday')).includes(id) ? true : undefined));
    assert.deepEqual(await found('decorated'), []);
    // Where the author hid nothing, text is text.
    assert.match((await encrypted('clear')).got, /decorated/);
  });

  test('the key of our people is found at their domain, by both methods', async () => {
    const hash = webKeyHash('nurse');
    const base = `${carepost.url}/.well-known/openpgpkey`;
    const answer = await fetch(`${base}/lakeside.test/hu/${hash}?l=nurse`);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    const { output } = await gpg.run(['--show-keys', '--with-colons'], await answer.bytes());
    assert.ok(output.includes(nurseKey.fingerprint));
    assert.equal((await fetch(`${base}/lakeside.test/policy`)).status, 200);
    for (const path of [
      `/lakeside.test/hu/${webKeyHash('desk')}`,
      `/elsewhere.test/hu/${hash}`,
      '/hu/no-hash',
    ])
      assert.equal((await fetch(`${base}${path}`)).status, 404, path);
  });

  test('a changed message is not valid, and a stranger who signs is not trusted but remembered', async () => {
    const stranger = 'stranger@verified.test';
    await gpg.generate(`Stranger <${stranger}>`, 'future-default');
    const part = Buffer.from('Content-Type: text/plain\r\n\r\nAs signed.\r\n');
    const signature = (
      await gpg.run(['--armor', '--detach-sign', '--local-user', stranger], part)
    ).output.toString();
    const keydata = (await gpg.exportPublic(stranger)).toString('base64').replaceAll(/.{70}/g, '$&\r\n ');
    const signed = (subject: string, change = (entity: string) => entity) =>
      messageWith(
        Buffer.from(
          `Autocrypt: addr=${stranger}; keydata=${keydata}\r\n${change(writeSignedEntity(part, { signature, micalg: 'pgp-sha512' }).toString())}`,
        ),
        stranger,
        subject,
      );
    const envelope = { from: stranger, to: nurse.email };
    await sendRaw(carepost, envelope, signed('Signed by a stranger'));
    assert.deepEqual((await openedWords('Signed by a stranger')).words, [
      'Signed, but nobody here has checked that the key is the sender’s',
    ]);
    await sendRaw(
      carepost,
      envelope,
      signed('Changed', (entity) => entity.replace('As signed.', 'As forged.')),
    );
    assert.deepEqual((await openedWords('Changed')).words, [
      'Signature not valid: the message was changed after it was signed',
    ]);

    const { items } = await administrator.call(findKeys, { body: { address: stranger } });
    assert.deepEqual(
      items.map(({ source, trust, standing }) => [source, trust, standing]),
      [['signed-mail', 'undecided', 'undecided']],
    );
    await administrator.call(decideKey, {
      params: { keyId: items[0]?.keyId ?? '' },
      body: { trust: 'trusted' },
    });
    await sendRaw(carepost, envelope, signed('Signed by a friend'));
    assert.deepEqual((await openedWords('Signed by a friend')).words.slice(0, 1), [
      'Signed by the sender, with a key that is trusted here',
    ]);
    // The same signature under the name of another.
    const forged = signed('In the name of another')
      .toString()
      .replace(`<${stranger}>`, '<partner0@verified.test>');
    await sendRaw(carepost, envelope, Buffer.from(forged));
    assert.deepEqual((await openedWords('In the name of another')).words, [
      'Signed with a key that is not known here, so it proves nothing',
    ]);
  });

  test('ciphertext without integrity is not opened', async () => {
    const { output } = await gpg.run(
      ['--armor', '--rfc2440', '--disable-mdc', '--encrypt', '--recipient', nurse.email],
      bodyPart(secret),
    );
    const from = 'partner0@verified.test';
    await sendRaw(
      carepost,
      { from, to: nurse.email },
      messageWith(writeEncryptedEntity(output.toString()), from, 'Malleable'),
    );
    const { email, words } = await openedWords('Malleable');
    assert.deepEqual(words, [
      'Encrypted in an outdated way that others could have tampered with: it was not opened',
    ]);
    assert.ok((await nurse.raw(email.id)).includes('BEGIN PGP MESSAGE'));
  });

  test('a key that is distrusted between decision and sending: the portal, and never without it', async () => {
    const partner = 'partner0@greylist.test'; // its server wants a second try
    await gpg.generate(`Partner <${partner}>`, 'future-default');
    const key = (await gpg.run(['--armor', '--export', partner])).output.toString();
    const { items } = await administrator.call(addKeys, { body: { key } });
    const { messageId } = await nurse.call(sendMessage, {
      body: {
        from: nurse.email,
        to: [partner],
        subject: 'Not in the clear',
        text: secret,
        category: 'lab-result',
      },
    });
    const stateOf = async () => (await nurse.call(getTimeline, { params: { messageId } })).recipients[0];
    await eventually('deferred', async () => ((await stateOf())?.state === 'deferred' ? true : undefined));
    await administrator.call(decideKey, {
      params: { keyId: items[0]?.keyId ?? '' },
      body: { trust: 'distrusted' },
    });
    await fetch(`${carepost.url}/lab/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceSeconds: 600 }),
    });
    const journey = await eventually('in the portal', async () => {
      const found = await stateOf();
      return found?.receipt?.verdict === 'portal' ? found : undefined;
    });
    assert.match(journey.receipt?.reason ?? '', /key can no longer be used/);
  });
});
