import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { txtRecords, type TxtRecords } from '../../../test/support/dns-records.ts';
import { authorOf } from './author-domain.ts';
import { discoverPolicy, type DmarcResolver } from './discover-policy.ts';
import { evaluateDmarc, type Checked } from './evaluate.ts';
import { parseDmarcRecord } from './record.ts';
import { DmarcTree, organizationalDomain, walkTargets } from './tree-walk.ts';

/** `hosts` have an address; nothing else exists. */
function dnsOf(records: TxtRecords, hosts: readonly string[] = []): DmarcResolver & { asked: string[] } {
  const address = (name: string) =>
    Promise.resolve(
      hosts.includes(name)
        ? ({ kind: 'found', records: ['192.0.2.1'] } as const)
        : ({ kind: 'no-such-domain' } as const),
    );
  return {
    ...txtRecords(records),
    a: address,
    aaaa: () => Promise.resolve({ kind: 'no-data' }),
    mx: () => Promise.resolve({ kind: 'no-such-domain' }),
  };
}

const nothing: Checked = { spf: null, dkim: [] };

async function evaluate(
  domain: string,
  records: TxtRecords,
  checked: Checked = nothing,
  hosts: string[] = [],
) {
  return evaluateDmarc(await discoverPolicy(domain, dnsOf(records, hosts)), checked);
}

test('a record is read with its defaults', () => {
  assert.deepEqual(
    parseDmarcRecord('v=DMARC1; p=reject; rua=mailto:a@example.org!10m,https://x.test/r ; fo=1:d'),
    {
      policy: 'reject',
      subdomainPolicy: null,
      nonexistentPolicy: null,
      dkimAlignment: 'relaxed',
      spfAlignment: 'relaxed',
      testing: false,
      publicSuffix: 'u',
      aggregateReports: [
        { uri: 'mailto:a@example.org', mailto: 'a@example.org' },
        { uri: 'https://x.test/r', mailto: null },
      ],
      failureReports: [],
      failureOptions: new Set(['1', 'd']),
    },
  );
});

test('what is no record, and what is one in spite of faults', () => {
  for (const text of [
    '',
    'p=reject',
    'v=dmarc1; p=none',
    'v=DMARC10; p=none',
    'p=none; v=DMARC1',
    'v=DMARC1; p=rejct',
    'v=DMARC1; p=reject; sp=all',
  ])
    assert.equal(parseDmarcRecord(text), null, text);
  const policyOf = (text: string) => parseDmarcRecord(text)?.policy;
  assert.equal(policyOf('v=DMARC1'), 'none', 'p= is not required any more');
  assert.equal(policyOf('v = DMARC1 ; p = Quarantine;;'), 'quarantine');
  assert.equal(policyOf('v=DMARC1; adkim=x; unknown; pct=0; p=reject'), 'reject', 'pct is of RFC 7489');
  assert.equal(policyOf('v=DMARC1; p=rejct; rua=mailto:a@b.test'), 'none', 'somebody reads the reports');
  assert.equal(policyOf('v=DMARC1; p=rejct; rua=mailto:a'), undefined);
});

test('a walk asks eight names at most', () => {
  assert.deepEqual(walkTargets('a.mail.example.com'), [
    'a.mail.example.com',
    'mail.example.com',
    'example.com',
    'com',
  ]);
  assert.deepEqual(walkTargets('a.b.c.d.e.f.g.h.i.j.k'), [
    'a.b.c.d.e.f.g.h.i.j.k',
    'e.f.g.h.i.j.k',
    'f.g.h.i.j.k',
    'g.h.i.j.k',
    'h.i.j.k',
    'i.j.k',
    'j.k',
    'k',
  ]);
  assert.deepEqual(walkTargets('com'), ['com']);
});

async function organizationOf(domain: string, records: Record<string, string>): Promise<string> {
  const dns = txtRecords(
    Object.fromEntries(Object.entries(records).map(([name, text]) => [`_dmarc.${name}`, [text]])),
  );
  return organizationalDomain(domain, await new DmarcTree(dns).walk(domain));
}

test('the organisation is found as RFC 9989 §4.10.2 says', async () => {
  const plain = 'v=DMARC1';
  assert.equal(
    await organizationOf('a.mail.example.com', { 'mail.example.com': plain, 'example.com': plain }),
    'example.com',
  );
  assert.equal(await organizationOf('a.mail.example.com', { com: 'v=DMARC1; psd=y' }), 'example.com');
  assert.equal(
    await organizationOf('co.example', { 'co.example': 'v=DMARC1; psd=y', example: plain }),
    'co.example',
    'a suffix is an organisation of its own: its record ends the walk',
  );
  assert.equal(await organizationOf('a.mail.example.com', {}), 'a.mail.example.com');
  assert.equal(
    await organizationOf('a.mail.example.com', {
      'mail.example.com': 'v=DMARC1; psd=n',
      'example.com': plain,
    }),
    'mail.example.com',
  );
  assert.equal(
    await organizationOf('example.com', { 'example.com': 'v=DMARC1; psd=y' }),
    'example.com',
    'a suffix that writes itself',
  );
  assert.equal(
    await organizationOf('a.b.example.gov', { 'example.gov': plain, gov: 'v=DMARC1; psd=y' }),
    'example.gov',
  );
});

test('several records at one name count as none', async () => {
  const { verdict } = await evaluate('example.com', {
    '_dmarc.example.com': ['v=DMARC1; p=reject', 'v=DMARC1; p=none'],
  });
  assert.equal(verdict, 'none');
  const other = await evaluate('example.com', {
    '_dmarc.example.com': ['v=DMARC1; p=reject', 'something else'],
  });
  assert.equal(other.disposition, 'reject');
});

test('which policy applies: own, subdomain, nonexistent, of the suffix above', async () => {
  const records = { '_dmarc.example.com': ['v=DMARC1; p=reject; sp=quarantine; np=none'] };
  const dispositionOf = async (domain: string, published: TxtRecords = records) =>
    (await evaluate(domain, published, nothing, ['there.example.com'])).disposition;
  assert.equal(await dispositionOf('example.com'), 'reject');
  assert.equal(await dispositionOf('there.example.com'), 'quarantine');
  assert.equal(await dispositionOf('nowhere.example.com'), 'none');
  const own = { ...records, '_dmarc.there.example.com': ['v=DMARC1; p=none; sp=reject'] };
  assert.equal(await dispositionOf('there.example.com', own), 'none');
  const suffix = { '_dmarc.bank': ['v=DMARC1; p=none; np=reject; psd=y'] };
  assert.equal(await dispositionOf('nowhere.bank', suffix), 'reject');
  assert.equal(
    await dispositionOf('nowhere.bank', { '_dmarc.bank': ['v=DMARC1; p=reject; psd=y; t=y'] }),
    'none',
    't=y',
  );
});

test('alignment, relaxed and strict', async () => {
  const record = (tags: string) => ({ '_dmarc.example.com': [`v=DMARC1; p=reject; ${tags}`] });
  const passes = async (domain: string, tags = '', more: TxtRecords = {}) => {
    const pass = { domain, verdict: 'pass' } as const;
    const published = { ...record(tags), ...more };
    const bySpf = await evaluate('mail.example.com', published, { spf: pass, dkim: [] });
    const byDkim = await evaluate('mail.example.com', published, { spf: null, dkim: [pass] });
    assert.equal(bySpf.alignedSpf, bySpf.verdict === 'pass');
    assert.equal(byDkim.alignedDkim, byDkim.verdict === 'pass');
    return [bySpf.verdict === 'pass', byDkim.verdict === 'pass'];
  };
  assert.deepEqual(await passes('mail.example.com', 'adkim=s; aspf=s'), [true, true]);
  assert.deepEqual(await passes('example.com'), [true, true]);
  assert.deepEqual(await passes('bounce.example.com'), [true, true]);
  assert.deepEqual(await passes('example.com', 'adkim=s'), [true, false]);
  assert.deepEqual(await passes('example.com', 'aspf=s'), [false, true]);
  assert.deepEqual(await passes('example.net'), [false, false]);
  assert.deepEqual(await passes('other.com'), [false, false]);
  assert.deepEqual(await passes('com'), [false, false]);
  // A neighbour that is an organisation of its own.
  assert.deepEqual(await passes('own.example.com', '', { '_dmarc.own.example.com': ['v=DMARC1; psd=n'] }), [
    false,
    false,
  ]);
});

test('nothing is concluded from what could not be asked', async () => {
  const records = { '_dmarc.example.com': ['v=DMARC1; p=reject'] };
  const temporary = { domain: 'example.com', verdict: 'temperror' } as const;
  const aligned = await evaluate('example.com', records, { spf: null, dkim: [temporary] });
  assert.deepEqual([aligned.verdict, aligned.disposition, aligned.policy], ['temperror', 'none', 'reject']);
  const unrelated = await evaluate('example.com', records, {
    spf: { ...temporary, domain: 'evil.test' },
    dkim: [],
  });
  assert.equal(unrelated.verdict, 'fail', 'an attacker cannot hide behind a DNS of its own');
  assert.equal((await evaluate('example.com', { '_dmarc.example.com': 'temporary' })).verdict, 'temperror');
  assert.equal((await evaluate('a.example.com', { '_dmarc.example.com': 'temporary' })).verdict, 'temperror');
});

test('questions stay few', async () => {
  const dns = dnsOf({});
  const domain = Array.from({ length: 60 }, (_, index) => `l${index}`).join('.');
  await discoverPolicy(domain, dns);
  assert.equal(dns.asked.length, 8);
});

const authorIn = (header: string) => {
  const parsed = parseHeaderSection(Buffer.from(header.replaceAll('\n', '\r\n')));
  assert.ok(parsed.ok);
  return authorOf(parsed.section);
};

test('who wrote', () => {
  assert.deepEqual(authorIn('From: Ann <a@Example.ORG>\n'), { kind: 'domain', domain: 'example.org' });
  assert.deepEqual(authorIn('From: a@b\u00fccher.example\n'), {
    kind: 'domain',
    domain: 'xn--bcher-kva.example',
  });
  assert.deepEqual(authorIn('From: a@x.test, b@X.test\n'), { kind: 'domain', domain: 'x.test' });
  assert.deepEqual(authorIn('From: a@x.test, b@y.test\n'), { kind: 'several-domains' });
  assert.deepEqual(authorIn('From: a@x.test, b@@y.test\n'), { kind: 'several-domains' });
  assert.deepEqual(authorIn('From: a@x.test\nFROM : b@y.test\n'), { kind: 'several-fields' });
  assert.deepEqual(authorIn('From: "b@y.test" <a@x.test>\n'), { kind: 'domain', domain: 'x.test' });
  for (const header of ['Subject: x\n', 'From:\n', 'From: nobody\n', 'From: a@[192.0.2.1]\n'])
    assert.deepEqual(authorIn(header), { kind: 'absent' }, header);
});

test('no text makes the parser throw, and a policy is one of three', () => {
  const tag = fc.constantFrom(
    'v=DMARC1',
    'p=reject',
    'p=',
    'sp=none',
    'rua=mailto:%zz',
    'rua=,',
    'fo=::',
    'psd=y',
    '=',
    't',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(tag, fc.string({ unit: 'binary' }))), (tags) => {
      const record = parseDmarcRecord(['v=DMARC1', ...tags].join(';'));
      assert.ok(record === null || ['none', 'quarantine', 'reject'].includes(record.policy));
    }),
    { numRuns: 2_000 },
  );
});
