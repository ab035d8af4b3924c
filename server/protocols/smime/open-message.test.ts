import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { joinMessage, protectHeaders } from '../header-protection/index.ts';
import { mailAuthority, type MailKey } from '../../../test/support/mail-certificates.ts';
import { encryptEntity, openMessage, signEntity, type OpenOptions } from './index.ts';
import type { ContentCipher, Identity } from '../cms/index.ts';

const authority = await mailAuthority();
const people: Readonly<Record<MailKey, Identity>> = {
  rsa: await authority.issue('ann@clinic.test', { key: 'rsa' }),
  p256: await authority.issue('ann@clinic.test', { key: 'p256' }),
  p384: await authority.issue('ann@clinic.test', { key: 'p384' }),
  ed25519: await authority.issue('ann@clinic.test', { key: 'ed25519' }),
  x25519: await authority.issue('ann@clinic.test', { key: 'x25519' }),
};
const receivedAt = new Date();
const trust: OpenOptions = { anchors: [authority.certificate], receivedAt, identities: [people.rsa] };

const plain = Buffer.from(
  [
    'From: Ann <ann@clinic.test>',
    'To: bob@partner.test',
    'Subject: Result',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Hello',
    '',
  ].join('\r\n'),
);

interface Wrapping {
  readonly signer?: Identity;
  readonly form?: 'detached' | 'opaque';
  readonly recipient?: Identity;
  readonly cipher?: ContentCipher;
  readonly signingTime?: Date;
  readonly rsaPadding?: 'pkcs1' | 'pss';
}

/** The message above, signed and encrypted as asked. */
async function wrapped({ signer, recipient, ...options }: Wrapping, message = plain): Promise<Buffer> {
  const made = protectHeaders(message, recipient === undefined ? 'clear' : 'cipher');
  ok(made);
  let entity = made.payload;
  const { form = 'detached', signingTime = receivedAt, rsaPadding = 'pkcs1' } = options;
  if (signer !== undefined)
    entity = await signEntity(entity, { signers: [signer], form, signingTime, rsaPadding });
  if (recipient !== undefined)
    entity = await encryptEntity(entity, {
      recipients: [recipient.certificate],
      cipher: options.cipher ?? 'aes-256-gcm',
    });
  return joinMessage(made.outerFields, entity);
}

describe('What is signed and encrypted comes back', () => {
  for (const key of ['rsa', 'p256', 'p384', 'ed25519'] as const)
    for (const form of ['detached', 'opaque'] as const)
      test(`signed by ${key}, ${form}`, async () => {
        const opened = await openMessage(await wrapped({ signer: people[key], form }), trust);
        equal(opened.state, 'opened');
        equal(opened.signature, 'valid');
        equal(opened.encryption, 'none');
        deepEqual(opened.findings, []);
        ok(opened.headers?.message.toString().endsWith('\r\n\r\nHello\r\n'));
        deepEqual(opened.signers[0]?.capabilities?.ciphers[0], 'aes-256-gcm');
      });

  for (const key of ['rsa', 'p256', 'p384', 'x25519'] as const)
    for (const cipher of ['aes-256-gcm', 'aes-128-gcm', 'aes-256-cbc', 'aes-128-cbc'] as const)
      test(`encrypted to ${key} with ${cipher}, signed and not`, async () => {
        const recipient = people[key];
        const options = { ...trust, identities: [recipient] };
        const signed = await wrapped({ signer: people.p256, recipient, cipher });
        ok(!/Hello|Result/.test(signed.toString()));
        const opened = await openMessage(signed, options);
        deepEqual([opened.signature, opened.encryption], ['valid', 'authenticated']);
        deepEqual(opened.headers?.fields.find(({ key: name }) => name === 'subject')?.value, 'Result');
        const bare = await openMessage(await wrapped({ recipient, cipher }), options);
        const expected = cipher.endsWith('cbc') ? 'unauthenticated' : 'authenticated';
        deepEqual([bare.signature, bare.encryption], ['none', expected]);
      });

  test('by RSASSA-PSS', async () => {
    const opened = await openMessage(await wrapped({ signer: people.rsa, rsaPadding: 'pss' }), trust);
    equal(opened.signature, 'valid');
  });

  test('what the way may change is not signed detached', async () => {
    const eightBit = Buffer.from('Content-Type: text/plain\r\n\r\n\u00e9\r\n');
    const options = { signers: [people.p256], signingTime: receivedAt };
    await rejects(signEntity(eightBit, { ...options, form: 'detached' }), RangeError);
    const opaque = await signEntity(eightBit, { ...options, form: 'opaque' });
    const opened = await openMessage(joinMessage(Buffer.from('From: ann@clinic.test\r\n'), opaque), trust);
    equal(opened.signature, 'valid');
  });

  test('ordinary mail is left alone', async () => {
    const opened = await openMessage(plain, trust);
    deepEqual([opened.state, opened.headers, opened.signature], ['none', null, 'none']);
  });
});

describe('What a signature is worth', () => {
  const open = (raw: Buffer, more: Partial<OpenOptions> = {}) => openMessage(raw, { ...trust, ...more });
  const summary = async (raw: Buffer, more: Partial<OpenOptions> = {}) => {
    const { signature, signers, findings } = await open(raw, more);
    return [signature, signers[0]?.problem ?? null, ...findings];
  };

  test('a certificate of somebody else, of nobody known, revoked', async () => {
    const bob = await authority.issue('bob@partner.test');
    deepEqual(await summary(await wrapped({ signer: bob })), ['other-address', null]);
    const signed = await wrapped({ signer: people.p256 });
    deepEqual(await summary(signed, { anchors: [] }), ['untrusted', 'untrusted']);
    const revoked = new Set([people.p256.certificate.fingerprint]);
    deepEqual(await summary(signed, { revoked }), ['untrusted', 'revoked']);
  });

  test('several From addresses are nobody’s signature', async () => {
    const two = Buffer.from(
      plain.toString().replace('From: Ann <ann@clinic.test>', 'From: ann@clinic.test, eve@evil.test'),
    );
    deepEqual(await summary(await wrapped({ signer: people.p256 }, two)), ['other-address', null]);
  });

  test('an expired certificate holds for what was signed in its time, unless that was long ago', async () => {
    const expired = await authority.issue('ann@clinic.test', { from: -30, to: -2 });
    const daysAgo = (days: number) => new Date(receivedAt.getTime() - days * 86_400_000);
    const at = async (days: number) =>
      summary(await wrapped({ signer: expired, signingTime: daysAgo(days) }));
    deepEqual(await at(3), ['valid', null]);
    deepEqual(await at(1), ['untrusted', 'expired']);
    deepEqual(await at(20), ['untrusted', 'expired', 'odd-signing-time']);
  });

  test('a signature around the encryption does not count', async () => {
    const inner = await wrapped({ recipient: people.rsa });
    const captured = inner.subarray(inner.indexOf('Content-Type: application/pkcs7-mime'));
    const resigned = await signEntity(captured, {
      signers: [people.p256],
      form: 'opaque',
      signingTime: receivedAt,
    });
    const raw = joinMessage(Buffer.from('From: Ann <ann@clinic.test>\r\nMIME-Version: 1.0\r\n'), resigned);
    const opened = await open(raw);
    deepEqual(
      [opened.signature, opened.findings],
      ['none', ['signature-outside-encryption', 'outer-changed']],
    );
  });

  test('three layers are opened, more than four are not', async () => {
    const signOptions = { signers: [people.p256], form: 'opaque', signingTime: receivedAt } as const;
    const once = await signEntity(plain, signOptions);
    const twice = await encryptEntity(once, { recipients: [people.rsa.certificate] });
    const outer = Buffer.from('From: Ann <ann@clinic.test>\r\n');
    const triple = await open(joinMessage(outer, await signEntity(twice, signOptions)));
    deepEqual([triple.state, triple.signature], ['opened', 'valid']);
    let bomb: Buffer = plain;
    for (let layer = 0; layer < 5; layer += 1) bomb = await signEntity(bomb, signOptions);
    const opened = await open(joinMessage(outer, bomb));
    deepEqual([opened.state, opened.failure, opened.headers], ['closed', 'too-many-layers', null]);
  });

  test('text outside the signed part is not shown', async () => {
    const signed = (await wrapped({ signer: people.p256 })).toString();
    const preamble = signed.replace(/\r\n\r\n--/, '\r\n\r\nPay at once.\r\n--');
    const opened = await open(Buffer.from(`${preamble}Or else.\r\n`));
    deepEqual([opened.signature, opened.findings], ['valid', ['text-outside-signature']]);
    ok(!/Pay|else/.test(opened.headers?.message.toString() ?? ''));
  });

  test('ciphertext among other parts stays ciphertext', async () => {
    const encrypted = await encryptEntity(plain, { recipients: [people.rsa.certificate] });
    const raw = Buffer.concat([
      Buffer.from('From: eve@evil.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'),
      Buffer.from('Content-Type: text/html\r\n\r\n<img src="https://evil.test/\r\n--b\r\n'),
      encrypted,
      Buffer.from('\r\n--b\r\nContent-Type: text/html\r\n\r\n">\r\n--b--\r\n'),
    ]);
    const opened = await open(raw);
    deepEqual([opened.state, opened.findings], ['none', ['encrypted-part-inside']]);
  });

  test('GCM without a place for its tag, and other mixtures, stay closed', async () => {
    const encrypted = (await wrapped({ recipient: people.rsa })).toString('latin1');
    const [head = '', body = ''] = encrypted.split(/(?<=filename=smime.p7m\r\n\r\n)/);
    const cms = Buffer.from(body, 'base64');
    const at = cms.indexOf(Buffer.from('060b2a864886f70d0109100117', 'hex'));
    const plainType = Buffer.from('06092a864886f70d010703', 'hex');
    ok(at > 0);
    // The length of the outer SEQUENCE has two octets: two fewer follow.
    const relabelled = Buffer.concat([cms.subarray(0, at), plainType, cms.subarray(at + 13)]);
    relabelled.writeUInt16BE(relabelled.readUInt16BE(2) - 2, 2);
    const opened = await open(Buffer.from(`${head}${relabelled.toString('base64')}\r\n`, 'latin1'));
    deepEqual([opened.state, opened.failure], ['closed', 'cannot-decrypt']);
  });

  test('line ends of other systems are put right', async () => {
    const unix = Buffer.from(plain.toString().replaceAll('\r\n', '\n'));
    const encrypted = await encryptEntity(unix, { recipients: [people.rsa.certificate] });
    const opened = await open(joinMessage(Buffer.from('From: ann@clinic.test\r\n'), encrypted));
    ok(opened.headers?.message.toString().endsWith('\r\n\r\nHello\r\n'));
  });

  for (const [name, options, step] of [
    ['signed', { signer: people.p256 }, 1],
    ['signed and encrypted', { signer: people.p256, recipient: people.p256 }, 5],
  ] as const)
    test(`each flip of a bit of a whole message is seen or changes nothing: ${name}`, async () => {
      const raw = await wrapped(options);
      const more = { identities: [people.p256] };
      const covered = ({ headers }: Awaited<ReturnType<typeof open>>) => [
        headers?.fields
          .filter(({ protection }) => protection !== 'unprotected')
          .map(({ bytes }) => String(bytes)),
        headers?.message.subarray(headers.message.indexOf('\r\n\r\n')).toString(),
      ];
      const expected = covered(await open(raw, more));
      let valid = 0;
      for (let at = 0; at < raw.length; at += step) {
        const copy = Buffer.from(raw);
        copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
        const opened = await open(copy, more);
        if (opened.signature !== 'valid') continue;
        valid += 1;
        deepEqual(covered(opened), expected);
      }
      ok(valid < raw.length / 4, `${valid} of ${raw.length}`);
    });
});
