import { deepEqual, equal, ok } from 'node:assert/strict';
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

  test('ordinary mail is left alone', async () => {
    const opened = await openMessage(plain, trust);
    deepEqual([opened.state, opened.headers, opened.signature], ['none', null, 'none']);
  });
});
