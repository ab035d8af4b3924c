import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Protection } from '#contract/protection.ts';
import { testProtection } from '../../../test/support/protection.ts';
import type { ProtectionModule } from './index.ts';

const { db, clock, lab, organizationId, recorded, startProtection } = await testProtection();

const demanding = {
  floor: 'tls-verified',
  rules: [{ rule: 'care', outcome: 'applied', floor: 'tls-verified', because: 'Care needs proof.' }],
} as const;
const lenient = { floor: 'tls-opportunistic', rules: [] } as const;

async function verdicts(
  protection: ProtectionModule,
  domains: readonly string[],
  decision: typeof demanding | typeof lenient = demanding,
) {
  const choices = await protection.choose({
    organizationId,
    recipients: domains.map((domain) => `somebody@${domain}`),
    decision,
  });
  return Object.fromEntries(domains.map((domain, index) => [domain, choices[index]?.verdict]));
}

test('each kind of server gets what it can take safely', async () => {
  const expected: Record<string, Protection> = {
    'ours.test': 'internal',
    'verified.test': 'tls-verified',
    'sts.test': 'tls-sts',
    'sts-testing.test': 'tls-verified',
    'sts-mismatch.test': 'portal',
    'mail.test': 'portal',
    'selfsigned.test': 'portal',
    'expired.test': 'portal',
    'wrongname.test': 'portal',
    'tls11.test': 'portal',
    'notls.test': 'portal',
    'greylist.test': 'tls-verified',
    'slow.test': 'tls-verified',
    'hard.test': 'tls-verified',
    'multi.test': 'tls-verified',
    'mixed.test': 'portal',
    'nomail.test': 'portal',
    'nowhere.invalid': 'portal',
    'broken-dns.test': 'portal',
    'silent-dns.test': 'portal',
  };
  assert.deepEqual(await verdicts(startProtection(), Object.keys(expected)), expected);
});

test('the sender reads why, in words of people', async () => {
  const protection = startProtection();
  protection.users.clear();
  const reasons: Record<string, RegExp> = {
    'ours.test': /^Nobody here has this address/,
    'verified.test': /encrypts and proves who it is\.$/,
    'sts.test': /published policy names it\.$/,
    'sts-mismatch.test': /policy does not name the mail server/,
    'selfsigned.test': /made its certificate itself.*pick the message up securely instead\.$/,
    'expired.test': /certificate has run out/,
    'wrongname.test': /certificate is for another name/,
    'tls11.test': /outdated encryption/,
    'notls.test': /does not encrypt/,
    'nomail.test': /takes no email/,
    'nowhere.invalid': /no such domain/,
    'broken-dns.test': /could not be found out/,
  };
  const choices = await protection.choose({
    organizationId,
    recipients: Object.keys(reasons).map((domain) => `x@${domain}`),
    decision: demanding,
  });
  for (const choice of choices) assert.match(choice.reason, reasons[choice.address.slice(2)] ?? /^$/);
  assert.deepEqual(
    choices.filter(({ problem }) => problem !== null).map(({ address, problem }) => [address, problem]),
    [
      ['x@ours.test', 'unknown-here'],
      ['x@nomail.test', 'takes-no-mail'],
      ['x@nowhere.invalid', 'no-such-domain'],
    ],
  );
});

test('an address of another organisation here that forwards is reached as a stranger, and only that', async () => {
  const protection = startProtection();
  const neighbour = { organizationId: db.newOrganization(), receives: true, destination: null };
  protection.served.set('verified.test', { ...neighbour, forwards: true });
  protection.served.set('own.test', { ...neighbour, organizationId, forwards: true });
  protection.forwarding.add('referrals@verified.test').add('referrals@own.test');
  protection.users.add('colleague@verified.test');
  const recipients = [
    'referrals@verified.test',
    'colleague@verified.test',
    'x@verified.test',
    'referrals@own.test',
  ];
  const choices = await protection.choose({ organizationId, recipients, decision: demanding });
  assert.deepEqual(
    choices.map(({ verdict, problem }) => [verdict, problem]),
    [
      ['tls-verified', null],
      ['internal', null],
      ['internal', 'unknown-here'],
      ['internal', 'unknown-here'],
    ],
  );
});

test('evidence tells what was seen', async () => {
  const [choice] = await startProtection().choose({
    organizationId,
    recipients: ['a@sts.test'],
    decision: demanding,
  });
  const evidence = choice?.evidence;
  assert.equal(evidence?.mxProof, 'mta-sts');
  assert.equal(evidence?.connection, 'authenticated');
  assert.deepEqual(evidence?.mtaSts, { mode: 'enforce', id: '20260101T000000' });
  const [host] = evidence?.hosts ?? [];
  assert.equal(host?.host, 'mx.sts.test');
  assert.deepEqual(host?.tls, { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' });
  assert.equal(host?.certificate?.verdict, 'verified');
  assert.match(host?.certificate?.fingerprint ?? '', /^[0-9a-f]{64}$/);
  assert.equal(JSON.stringify(evidence).includes('a@'), false);
});

test('the sender can ask for the portal, an organisation may allow less', async () => {
  const protection = startProtection();
  const [asked] = await protection.choose({
    organizationId,
    recipients: ['a@verified.test'],
    decision: demanding,
    portalOnly: true,
  });
  assert.equal(asked?.verdict, 'portal');
  assert.equal(asked?.reason, 'You asked for secure pick-up.');
  const byRule = {
    floor: 'portal',
    rules: [{ rule: 'r', outcome: 'applied', floor: 'portal', because: 'A rule says so.' }],
  } as const;
  const [ruled] = await protection.choose({
    organizationId,
    recipients: ['a@verified.test'],
    decision: byRule,
  });
  assert.deepEqual([ruled?.verdict, ruled?.reason], ['portal', 'A rule says so.']);
  assert.deepEqual(
    await verdicts(protection, ['selfsigned.test', 'expired.test', 'tls11.test', 'notls.test'], lenient),
    {
      'selfsigned.test': 'tls-opportunistic',
      'expired.test': 'tls-opportunistic',
      'tls11.test': 'portal',
      'notls.test': 'portal',
    },
  );
});

test('known domains are not asked again, in this process or another', async (t) => {
  const first = startProtection();
  const recipients = Array.from(
    { length: 100 },
    (_, n) => `patient${n}@${['verified.test', 'mail.test', 'sts.test', 'multi.test'][n % 4]}`,
  );
  await first.choose({ organizationId, recipients, decision: demanding });
  const asked = lab.dns.asked.udp;
  const queries = first.queries();
  const started = performance.now();
  await first.choose({ organizationId, recipients, decision: demanding });
  const took = performance.now() - started;
  assert.equal(lab.dns.asked.udp, asked, 'nobody was asked');
  assert.equal(first.queries(), queries, 'no query for a warm preview');
  t.diagnostic(`100 recipients, warm: ${took.toFixed(1)} ms`);

  const second = startProtection();
  await second.choose({ organizationId, recipients, decision: demanding });
  assert.equal(lab.dns.asked.udp, asked);
  assert.equal(second.queries(), 1, 'one query for all domains');
});

test('many at once ask a domain once', async () => {
  clock.advance(31 * 60_000);
  const protection = startProtection();
  const before = lab.dns.asked.udp;
  await Promise.all(Array.from({ length: 20 }, () => verdicts(protection, ['greylist.test'])));
  assert.ok(lab.dns.asked.udp - before <= 4, 'MX, AAAA, A and the policy record, once each');
});

test('a domain once seen secure is not quietly taken back', async () => {
  const protection = startProtection();
  assert.deepEqual(await verdicts(protection, ['multi.test'], lenient), { 'multi.test': 'tls-verified' });
  await lab.alterServer('mx1.multi.test', { tls: 'self-signed' });
  clock.advance(31 * 60_000);
  const [choice] = await protection.choose({
    organizationId,
    recipients: ['a@multi.test'],
    decision: lenient,
  });
  assert.equal(choice?.verdict, 'portal');
  assert.match(choice?.reason ?? '', /worse than it did before/);
  assert.equal(choice?.evidence?.seenBefore?.connection, 'authenticated');

  clock.advance(31 * 24 * 3_600_000);
  assert.deepEqual(
    await verdicts(protection, ['multi.test'], lenient),
    { 'multi.test': 'tls-opportunistic' },
    'forgotten after 30 days',
  );
});

test('what a domain has shown is forgotten for one organisation, until it shows it again', async () => {
  const protection = startProtection();
  const other = db.newOrganization();
  const by = { actor: { kind: 'system', part: 'test' } } as const;
  const verdictFor = async (organization: typeof other) => {
    const [choice] = await protection.choose({
      organizationId: organization,
      recipients: ['a@multi.test'],
      decision: lenient,
    });
    return choice?.verdict;
  };
  const leastForCode = (organization: typeof other) =>
    protection.leastForLetter(organization, 'multi.test', true);
  await lab.alterServer('mx1.multi.test', { tls: 'verified' });
  clock.advance(31 * 60_000);
  assert.equal(await verdictFor(organizationId), 'tls-verified');
  await lab.alterServer('mx1.multi.test', { tls: 'self-signed' });
  clock.advance(31 * 60_000);
  assert.equal(await verdictFor(organizationId), 'portal');
  assert.equal(await leastForCode(organizationId), 'tls-verified');

  await protection.forget(organizationId, ' MULTI.test. ', by);
  assert.equal(await verdictFor(organizationId), 'tls-opportunistic');
  assert.equal(await leastForCode(organizationId), 'cleartext');
  assert.equal(await verdictFor(other), 'portal', 'another organisation remembers');
  assert.equal(await leastForCode(other), 'tls-verified');
  assert.deepEqual(
    recorded.map(({ kind, organizationId: whose, fields }) => [kind, whose, fields]),
    [['remembered-domain.forgotten', organizationId, { domain: 'multi.test' }]],
  );
  await assert.rejects(protection.forget(organizationId, 'no domain', by), { code: 'invalid-domain' });

  await lab.alterServer('mx1.multi.test', { tls: 'verified' });
  clock.advance(31 * 60_000);
  assert.equal(await verdictFor(organizationId), 'tls-verified');
  await lab.alterServer('mx1.multi.test', { tls: 'self-signed' });
  clock.advance(31 * 60_000);
  assert.equal(await verdictFor(organizationId), 'portal', 'what it showed since then counts');
  clock.advance(31 * 24 * 3_600_000);
});

test('a server that does not answer keeps what it proved before', async () => {
  const protection = startProtection();
  await verdicts(protection, ['verified.test']);
  await lab.stopServer('mx.verified.test');
  clock.advance(31 * 60_000);
  const [choice] = await protection.choose({
    organizationId,
    recipients: ['a@verified.test'],
    decision: demanding,
  });
  assert.equal(choice?.verdict, 'tls-verified');
  assert.match(choice?.reason ?? '', /did not answer just now/);
  clock.advance(31 * 24 * 3_600_000);
  const [forgotten] = await protection.choose({
    organizationId,
    recipients: ['a@verified.test'],
    decision: demanding,
  });
  assert.equal(forgotten?.verdict, 'portal');
  assert.match(forgotten?.reason ?? '', /did not answer/);
  await lab.alterServer('mx.verified.test', {});
});

test('a policy in force outlives its record', async () => {
  const protection = startProtection();
  await verdicts(protection, ['sts.test']);
  const policy = { name: '_mta-sts.sts.test', records: [] };
  lab.dns.setZone(policy);
  clock.advance(31 * 60_000);
  assert.deepEqual(await verdicts(protection, ['sts.test']), { 'sts.test': 'tls-sts' });
  clock.advance(25 * 3_600_000); // beyond its max_age of a day
  assert.deepEqual(await verdicts(protection, ['sts.test']), { 'sts.test': 'tls-verified' });
  lab.dns.removeZone(policy.name);
});

test('what is no domain needs no question, and is not remembered', async () => {
  const protection = startProtection();
  const asked = lab.dns.asked.udp;
  const recipients = ['a@[192.0.2.1]', 'a@[IPv6:2001:db8::1]', 'no address', '', `a@${'x'.repeat(64)}.test`];
  const choices = await protection.choose({ organizationId, recipients, decision: demanding });
  assert.deepEqual(
    choices.map(({ address, problem }) => [address, problem]),
    recipients.map((address) => [address, 'no-such-domain']),
  );
  assert.equal(lab.dns.asked.udp, asked);
  assert.equal(protection.queries(), 0);
});
