import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { BodyHash, BodyHashes, parseTagList } from '#protocols/dkim/index.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { txtRecords, type TxtRecords } from '../../../test/support/dns-records.ts';
import { testdataFile, withoutTestdata } from '../../../test/support/testdata.ts';
import { sealMessage, type SealOptions } from './seal.ts';
import { gatherSets } from './sets.ts';
import { verifyChain, type ArcResult } from './verify-chain.ts';

const inLines = (text: string) => text.replaceAll(/\r?\n/g, '\r\n');

function take(message: string) {
  const whole = Buffer.from(message, 'latin1');
  const parsed = parseHeaderSection(whole);
  assert.ok(parsed.ok);
  const { section } = parsed;
  return {
    header: { raw: whole.subarray(0, section.bodyStart), section },
    body: whole.subarray(section.bodyStart),
  };
}

function verify(message: string, records: TxtRecords, size = 4096): Promise<ArcResult> {
  const { header, body } = take(message);
  const hashes = new BodyHashes();
  const verification = verifyChain(header, { dns: txtRecords(records), hashes });
  for (let at = 0; at < body.length; at += size) hashes.write(body.subarray(at, at + size));
  return verification.finish();
}

async function seal(
  message: string,
  options: Omit<SealOptions, 'bodyHash' | 'algorithm'> & Partial<SealOptions>,
) {
  const { header, body } = take(message);
  const hash = new BodyHash('relaxed');
  hash.write(body);
  return sealMessage(header, { algorithm: 'rsa-sha256', bodyHash: hash.finish().digest, ...options });
}

const Document = z.object({
  description: z.string(),
  domain: z.string(),
  sel: z.string(),
  privatekey: z.string(),
  'txt-records': z.record(z.string(), z.string()),
  tests: z.record(
    z.string(),
    z.object({
      message: z.string(),
      t: z.number(),
      'sig-headers': z.string(),
      AS: z.string(),
      AMS: z.string(),
      AAR: z.string(),
    }),
  ),
});

describe('the sealing cases of the ARC test suite', { skip: withoutTestdata }, () => {
  const text = withoutTestdata === false ? testdataFile('arc/arc-draft-sign-tests.yml').toString() : '';
  const documents = parseAllDocuments(text).map((document) => Document.parse(document.toJS()));
  test('are all there', () => {
    assert.equal(documents.flatMap(({ tests }) => Object.keys(tests)).length, 17);
  });
  for (const { domain, sel, privatekey, tests, 'txt-records': records } of documents) {
    const dns = Object.fromEntries(
      Object.entries(records).map(([name, text]) => [name, [text.replaceAll('\n', '')]]),
    );
    for (const [name, each] of Object.entries(tests)) {
      test(name, async () => {
        const message = inLines(each.message);
        const { verdict } = await verify(message, dns);
        const sealed = await seal(message, {
          results: each.AAR.replace(/^i=[0-9]+;/, '')
            .replaceAll(/\s*\n\s*/g, ' ')
            .trim(),
          chain: verdict,
          fields: each['sig-headers'].split(':'),
          domain,
          selector: sel,
          key: createPrivateKey(privatekey),
          now: new Date(each.t * 1000),
        });
        if (each.AS.trim() === '') return assert.deepEqual(sealed, { ok: false, reason: 'failed-before' });
        assert.ok(sealed.ok);
        const tags = (field: string) => {
          const list = parseTagList(field.replaceAll('\r\n', ''));
          return Object.fromEntries(
            [...(list ?? [])].map(([tag, value]) => [tag, value.replaceAll(/\s+/g, '')]),
          );
        };
        const [made, signed] = sealed.fields.map((field) => tags(field.slice(field.indexOf(':') + 1)));
        assert.deepEqual(signed, tags(each.AMS.replaceAll('\n', ' ')));
        assert.deepEqual(made, tags(each.AS.replaceAll('\n', ' ')));
        const again = await verify(sealed.fields.join('') + message, dns);
        assert.equal(again.verdict, each.AS.includes('cv=fail') ? 'fail' : 'pass');
      });
    }
  }
});

const ed25519 = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const records: TxtRecords = {
  'e._domainkey.one.test': [
    `k=ed25519; p=${ed25519.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`,
  ],
  'r._domainkey.two.test': [`p=${rsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`],
};
const sealers = [
  { domain: 'one.test', selector: 'e', key: ed25519.privateKey, algorithm: 'ed25519-sha256' },
  { domain: 'two.test', selector: 'r', key: rsa.privateKey, algorithm: 'rsa-sha256' },
] as const;

/** Passed on `times` times, by the two in turn. */
async function forwarded(message: string, times: number): Promise<string> {
  let current = message;
  for (let index = 0; index < times; index += 1) {
    const sealer = sealers[index % 2];
    assert.ok(sealer !== undefined);
    const sealed = await seal(current, {
      ...sealer,
      results: 'mx.test; dmarc=pass header.from=a.test',
      chain: index === 0 ? 'none' : 'pass',
      fields: ['from', 'subject'],
      now: new Date(0),
    });
    assert.ok(sealed.ok);
    current = sealed.fields.join('') + current;
  }
  return current;
}

const plain = 'From: a@a.test\r\nSubject: hello\r\n\r\nbody\r\n';

test('chains of any length hold, byte by byte too', async () => {
  for (const times of [1, 2, 5]) {
    const message = await forwarded(plain, times);
    for (const size of [1, 7, 4096]) {
      const { verdict, sets } = await verify(message, records, size);
      assert.deepEqual([verdict, sets.length], ['pass', times]);
    }
  }
});

test('fifty sets are the most', async () => {
  const message = await forwarded(plain, 50);
  assert.equal((await verify(message, records)).verdict, 'pass');
  const more = await seal(message, {
    ...sealers[0],
    results: 'x',
    chain: 'pass',
    fields: ['from'],
    now: new Date(0),
  });
  assert.deepEqual(more, { ok: false, reason: 'chain-full' });
});

test('whatever is changed in a chain breaks it, and says how', async () => {
  const message = await forwarded(plain, 2);
  const reasonOf = async (from: string | RegExp, to: string, dns = records) => {
    const changed = message.replace(from, to);
    assert.notEqual(changed, message);
    return (await verify(changed, dns)).reason;
  };
  assert.equal(await reasonOf('body\r\n', 'other\r\n'), 'body-changed');
  assert.equal(await reasonOf('hello', 'hullo'), 'header-changed');
  // An older signature over the message may be broken by now; its text is still sealed.
  assert.equal(await reasonOf(/(i=1;[^]*dmarc=)pass/, '$1fail'), 'seal-broken');
  assert.equal(await reasonOf('cv=pass', 'cv=none'), 'wrong-status');
  assert.equal(await reasonOf('cv=pass', 'cv=fail'), 'wrong-status');
  assert.equal(await reasonOf('cv=pass', 'cv=maybe'), 'malformed-field');
  assert.equal(await reasonOf('i=2', 'i=3'), 'incomplete-set');
  assert.equal(await reasonOf('i=2', 'i=02'), 'malformed-field');
  assert.equal(await reasonOf('i=2', 'i=51'), 'malformed-field');
  assert.equal(await reasonOf('ARC-Seal: a', 'ARC-Seal: h=from; a'), 'malformed-field');
  assert.equal(
    await reasonOf('ARC-Message-Signature: a', 'ARC-Message-Signature: v=1; a'),
    'malformed-field',
  );
  assert.equal(await reasonOf('h=from', 'h=arc-seal:from'), 'malformed-field');
  // RFC 6376 §3.5, §6.1.1: a list of names without a name. RFC 8301 §3.1: SHA-1 counts for nothing.
  assert.equal(await reasonOf('h=from:subject', 'h='), 'malformed-field');
  assert.equal(await reasonOf('h=from:subject', 'h=from::subject'), 'malformed-field');
  assert.equal(
    await reasonOf('ARC-Message-Signature: a=rsa-sha256', 'ARC-Message-Signature: a=rsa-sha1'),
    'malformed-field',
  );
  assert.equal(await reasonOf('ARC-Seal: a=rsa-sha256', 'ARC-Seal: a=rsa-sha1'), 'malformed-field');
  // §5.2 step 2: whoever said that it fails is believed, whatever is added on top of it.
  assert.equal(await reasonOf('cv=none', 'cv=fail'), 'wrong-status');
  assert.equal(await reasonOf(/^ARC-Seal:[^]*?(?=ARC-Message)/, ''), 'incomplete-set');
  assert.equal(await reasonOf(/^(ARC-Seal:[^]*?)(?=ARC-Message)/, '$1$1'), 'incomplete-set');
  assert.equal(await reasonOf('s=r', 's=x'), 'no-key');
  const away = { ...records, 'e._domainkey.one.test': 'temporary' } as const;
  assert.equal((await verify(message, away)).reason, 'dns-unavailable');
  // Fields above and below the chain do not matter.
  assert.equal((await verify(`X: y\r\n${message}`, records)).verdict, 'pass');
});

test('mail without a chain costs no question', async () => {
  assert.deepEqual(await verify(plain, {}), { verdict: 'none', reason: null, sets: [] });
});

test('no fields make the reader throw', () => {
  const name = fc.constantFrom('ARC-Seal', 'ARC-Message-Signature', 'ARC-Authentication-Results');
  const part = fc.constantFrom(
    'i=1',
    'i=2',
    'cv=none',
    'a=rsa-sha256',
    'b=YQ==',
    'bh=YQ==',
    'd=a.test',
    's=s',
    'h=from',
    'x',
    'mx.test',
  );
  const field = fc
    .tuple(name, fc.array(part, { maxLength: 9 }))
    .map(([key, parts]) => `${key}: ${parts.join('; ')}\r\n`);
  fc.assert(
    fc.property(fc.array(field, { maxLength: 9 }), (fields) => {
      gatherSets(take(`${fields.join('')}\r\n`).header.section);
    }),
    { numRuns: 2_000 },
  );
});
