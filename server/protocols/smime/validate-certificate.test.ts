import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Extension } from '#platform/certificates/x509.ts';
import { mailAuthority } from '../../../test/support/mail-certificates.ts';
import { context, element, objectIdentifier, sequence, type Der } from '../cms/der.ts';
import { permits } from './mail-constraints.ts';
import { validateCertificate, type ValidateOptions } from './validate-certificate.ts';
import type { Certificate } from '../cms/index.ts';

const root = await mailAuthority('Root');
const options: ValidateOptions = { anchors: [root.certificate], at: new Date(), use: 'sign' };
const ann = 'ann@clinic.test';

function verdict(certificate: Certificate, more: Partial<ValidateOptions> = {}): string {
  const result = validateCertificate(certificate, { ...options, ...more });
  return result.ok ? `chain of ${result.chain.length}` : result.problem;
}

const text = (tag: number, value: string): Der => element(tag, [Buffer.from(value)]);
const extension = (oid: string, critical: boolean, value: Der) =>
  new Extension(oid, critical, new Uint8Array(Buffer.concat(value)));

/** NameConstraints: RFC 5280 §4.2.1.10. */
function mailOnly(permitted: string[], excluded: string[]): Extension {
  const trees = (number: number, ranges: string[]) =>
    ranges.length === 0
      ? []
      : element(context(number, 'constructed'), ...ranges.map((range) => sequence(text(0x81, range))));
  return extension('2.5.29.30', true, sequence(trees(0, permitted), trees(1, excluded)));
}

describe('Certificates', () => {
  test('a chain to a trusted authority holds; without one nothing does', async () => {
    const { certificate } = await root.issue(ann);
    equal(verdict(certificate), 'chain of 2');
    equal(verdict(certificate, { anchors: [] }), 'untrusted');
    const stranger = await mailAuthority('Root');
    equal(verdict((await stranger.issue(ann)).certificate), 'untrusted', 'the same name, another key');
    equal(verdict(certificate, { anchors: [certificate] }), 'chain of 1', 'trusted as it is');
  });

  test('authorities between are found among what came along', async () => {
    const middle = await root.issueAuthority('Middle');
    const low = await middle.issueAuthority('Low');
    const { certificate } = await low.issue(ann);
    const intermediates = [middle.certificate, low.certificate];
    equal(verdict(certificate, { intermediates }), 'chain of 4');
    equal(verdict(certificate, { intermediates: [low.certificate] }), 'untrusted');
    equal(
      verdict(certificate, { intermediates, revoked: new Set([middle.certificate.fingerprint]) }),
      'revoked',
    );
    equal(verdict(certificate, { intermediates, revoked: new Set([certificate.fingerprint]) }), 'revoked');
  });

  test('authorities are bound by what theirs allowed', async () => {
    const last = await root.issueAuthority('Last', { authority: { pathLength: 0 } });
    const beyond = await last.issueAuthority('Beyond');
    equal(verdict((await last.issue(ann)).certificate, { intermediates: [last.certificate] }), 'chain of 3');
    const { certificate } = await beyond.issue(ann);
    equal(
      verdict(certificate, { intermediates: [last.certificate, beyond.certificate] }),
      'not-an-authority',
    );
  });

  test('one who is no authority issues nothing', async () => {
    // A person's key with the powers of an authority, as one who has a certificate could try.
    const person = await root.issueAuthority('A person', { uses: ['digitalSignature'] });
    const { certificate } = await person.issue(ann);
    equal(verdict(certificate, { intermediates: [person.certificate] }), 'not-an-authority');
  });

  test('time, use, strength', async () => {
    const issue = async (more: Parameters<typeof root.issue>[1]) => (await root.issue(ann, more)).certificate;
    equal(verdict(await issue({ from: -10, to: -1 })), 'expired');
    equal(verdict(await issue({ from: 1, to: 10 })), 'not-yet-valid');
    equal(verdict(await issue({ purposes: ['1.3.6.1.5.5.7.3.1'] })), 'wrong-use');
    equal(verdict(await issue({ purposes: ['2.5.29.37.0'] })), 'chain of 2');
    equal(verdict(await issue({ purposes: null })), 'chain of 2');
    equal(verdict(await issue({ uses: ['keyAgreement'] })), 'wrong-use');
    equal(verdict(await issue({ uses: ['keyAgreement'] }), { use: 'encrypt' }), 'chain of 2');
    equal(verdict(await issue({ uses: ['digitalSignature'] }), { use: 'encrypt' }), 'wrong-use');
    equal(verdict(await issue({ key: 'ed25519' }), { use: 'encrypt' }), 'wrong-use');
    equal(verdict(await issue({ key: 'rsa', rsaBits: 1024 })), 'weak');
  });

  test('a critical extension that is unknown, known and harmless', async () => {
    const unknown = extension('1.3.6.1.4.1.99999.1', true, sequence());
    equal(
      verdict((await root.issue(ann, { extensions: [unknown] })).certificate),
      'unknown-critical-extension',
    );
    const harmless = extension('1.3.6.1.4.1.99999.1', false, sequence());
    equal(verdict((await root.issue(ann, { extensions: [harmless] })).certificate), 'chain of 2');
  });

  test('an authority for some addresses certifies no others', async () => {
    const clinic = await root.issueAuthority('Clinic', {
      extensions: [mailOnly(['clinic.test'], ['boss@clinic.test'])],
    });
    const at = async (address: string) =>
      verdict((await clinic.issue(address)).certificate, { intermediates: [clinic.certificate] });
    deepEqual(
      [
        await at(ann),
        await at('boss@clinic.test'),
        await at('ann@sub.clinic.test'),
        await at('ann@bank.test'),
      ],
      ['chain of 3', 'name-not-permitted', 'name-not-permitted', 'name-not-permitted'],
    );
  });

  test('ranges of addresses', () => {
    const within = (range: string, address: string) => permits({ permitted: [range], excluded: [] }, address);
    equal(within('.clinic.test', 'ann@sub.clinic.test'), true);
    equal(within('.clinic.test', 'ann@clinic.test'), false);
    equal(within('clinic.test', 'ann@notclinic.test'), false);
    equal(within('ann@clinic.test', 'ann@clinic.test'), true);
    equal(permits({ permitted: null, excluded: ['clinic.test'] }, 'ann@clinic.test'), false);
  });

  test('names of people: SmtpUTF8Mailbox, and the subject where there is no other', async () => {
    // GeneralName otherName: RFC 9598 §3.
    const utf8 = element(
      context(0, 'constructed'),
      objectIdentifier('1.3.6.1.5.5.7.8.9'),
      element(context(0, 'constructed'), text(0x0c, 'frau.müller@clinic.test')),
    );
    const named = await root.issue(ann, {
      noName: true,
      extensions: [extension('2.5.29.17', false, sequence(utf8))],
    });
    deepEqual(named.certificate.addresses, ['frau.müller@clinic.test']);
    const nobody = await root.issue(ann, { noName: true });
    deepEqual(nobody.certificate.addresses, []);
    const broken = element(context(1, 'primitive'), [Buffer.from('ann@clinic.test\0.evil.test')]);
    const hidden = await root.issue(ann, {
      noName: true,
      extensions: [extension('2.5.29.17', false, sequence(broken))],
    });
    deepEqual(hidden.certificate.addresses, []);
  });

  test('a crowd of authorities of one name ends the search', async () => {
    const crowd = await Promise.all(Array.from({ length: 60 }, () => mailAuthority('Crowd')));
    const { certificate } = await (await mailAuthority('Crowd')).issue(ann);
    equal(verdict(certificate, { intermediates: crowd.map((each) => each.certificate) }), 'untrusted');
  });
});
