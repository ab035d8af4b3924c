import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryId, MessageId } from '#contract/ids.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { newId } from '#platform/ids.ts';
import { openSmtpConnection, type PeerTls } from '#protocols/smtp/index.ts';
import { testProtection } from '../../../test/support/protection.ts';
import type { ProtectionModule } from './index.ts';

const { db, clock, lab, organizationId, savedDecisions, startProtection } = await testProtection();

const decision = { floor: 'tls-verified', hold: false, block: false, expiresInDays: 90, rules: [] } as const;

async function verdictOf(protection: ProtectionModule, domain: string) {
  const [choice] = await protection.choose({ organizationId, recipients: [`somebody@${domain}`], decision });
  return choice?.verdict;
}

async function connect(host: string): Promise<PeerTls | null> {
  const resolver = createResolver({ servers: parseDnsServers(lab.dnsServer), clock });
  const address = await resolver.a(host);
  assert.equal(address.kind, 'found');
  const opened = await openSmtpConnection({
    host,
    address: address.kind === 'found' ? (address.records[0] ?? '') : '',
    port: lab.mailPort,
    localName: 'mx.ours.test',
    tls: { use: 'if-offered', trusted: [lab.caCertificate] },
  });
  assert.ok(opened.ok);
  await opened.connection.quit();
  return opened.connection.tls;
}

test('the promise is proven again in the conversation', async () => {
  const protection = startProtection();
  clock.advance(60 * 24 * 3_600_000);
  const good = await connect('mx.verified.test');
  assert.equal(
    (await protection.verifyConnection('tls-verified', 'verified.test', 'mx.verified.test', good)).ok,
    true,
  );
  assert.equal(
    (await protection.verifyConnection('tls-sts', 'verified.test', 'mx.verified.test', good)).ok,
    false,
  );
  assert.equal(
    (await protection.verifyConnection('tls-verified', 'verified.test', 'mx.other.test', good)).ok,
    false,
    'proven for another name',
  );
  const named = await connect('mx.sts.test');
  assert.equal((await protection.verifyConnection('tls-sts', 'sts.test', 'mx.sts.test', named)).ok, true);
  const notNamed = await connect('mx.sts-mismatch.test');
  assert.equal(
    (await protection.verifyConnection('tls-verified', 'sts-mismatch.test', 'mx.sts-mismatch.test', notNamed))
      .ok,
    false,
  );
  const selfMade = await connect('mx.selfsigned.test');
  const weaker = await protection.verifyConnection(
    'tls-verified',
    'selfsigned.test',
    'mx.selfsigned.test',
    selfMade,
  );
  assert.match(weaker.ok ? '' : weaker.because, /signed by itself/);
  assert.equal(
    (
      await protection.verifyConnection(
        'tls-opportunistic',
        'selfsigned.test',
        'mx.selfsigned.test',
        selfMade,
      )
    ).ok,
    true,
  );
  assert.equal(
    (
      await protection.verifyConnection(
        'tls-opportunistic',
        'notls.test',
        'mx.notls.test',
        await connect('mx.notls.test'),
      )
    ).ok,
    false,
  );
});

test('a broken promise makes the domain be asked anew', async () => {
  const protection = startProtection();
  assert.equal(await verdictOf(protection, 'verified.test'), 'tls-verified');
  await lab.alterServer('mx.verified.test', { tls: 'none' });
  const verdict = await protection.verifyConnection(
    'tls-verified',
    'verified.test',
    'mx.verified.test',
    await connect('mx.verified.test'),
  );
  assert.equal(verdict.ok, false);
  assert.equal(await verdictOf(protection, 'verified.test'), 'portal');
  assert.equal(await verdictOf(startProtection(), 'verified.test'), 'portal', 'for other processes too');
  await lab.alterServer('mx.verified.test', { tls: 'verified' });
});

test('routes: best first, throttled by the servers and not by the domain', async () => {
  const { routeOf } = startProtection();
  const multi = await routeOf('multi.test');
  assert.ok('hosts' in multi);
  assert.deepEqual(
    multi.hosts.map(({ host }) => host),
    ['mx1.multi.test', 'mx2.multi.test'],
  );
  lab.dns.setZone({
    name: 'hosted.test',
    records: [
      { type: 'MX', name: 'hosted.test', ttl: 1, data: { preference: 1, exchange: 'mx1.multi.test' } },
      { type: 'MX', name: 'hosted.test', ttl: 1, data: { preference: 1, exchange: 'MX2.multi.test' } },
    ],
  });
  const hosted = await routeOf('hosted.test');
  assert.equal('hosts' in hosted && hosted.destinationKey, multi.destinationKey);
  const implicit = await routeOf('mx1.multi.test');
  assert.deepEqual(
    'hosts' in implicit && implicit.hosts.map(({ host }) => host),
    ['mx1.multi.test'],
    'RFC 5321 §5.1: no MX',
  );
  const named = await routeOf('sts.test');
  assert.equal('hosts' in named && named.mxProof, 'mta-sts');
  assert.ok('permanent' in (await routeOf('nowhere.invalid')));
  assert.ok('permanent' in (await routeOf('nomail.test')));
  assert.ok('temporary' in (await routeOf('broken-dns.test')));
  assert.ok('temporary' in (await routeOf('sts-mismatch.test')));
});

test('receipts keep the choice with its evidence, the recipient sealed', async () => {
  const protection = startProtection();
  const messageId = newId<MessageId>();
  const decision = {
    floor: 'tls-verified',
    hold: false,
    block: false,
    expiresInDays: 90,
    rules: [],
  } as const;
  const choices = await protection.choose({
    organizationId,
    recipients: ['planted-one@mail.test', 'planted-two@mail.test'],
    decision,
  });
  const receipts = choices.map((choice) => ({ deliveryId: newId<DeliveryId>(), choice }));
  const [first, second] = receipts;
  assert.ok(first !== undefined && second !== undefined);
  const read = await db.database.inTenant(organizationId, async (tx) => {
    await protection.saveReceipts(tx, organizationId, [{ messageId, decision, receipts }]);
    clock.advance(1);
    const again = { ...second.choice, reason: 'Chosen again.' };
    await protection.saveReceipts(tx, organizationId, [
      { messageId, decision, receipts: [{ deliveryId: second.deliveryId, choice: again }] },
    ]);
    return await protection.receiptsOf(tx, organizationId, [first.deliveryId, second.deliveryId]);
  });
  const inOrder = receipts.flatMap(({ deliveryId }) => read.get(deliveryId) ?? []);
  assert.deepEqual(
    inOrder.map(({ recipient, verdict, reason, evidence }) => ({ recipient, verdict, reason, evidence })),
    [
      {
        recipient: 'planted-one@mail.test',
        verdict: 'portal',
        reason: first.choice.reason,
        evidence: first.choice.evidence,
      },
      {
        recipient: 'planted-two@mail.test',
        verdict: 'portal',
        reason: 'Chosen again.',
        evidence: first.choice.evidence,
      },
    ],
  );
  assert.deepEqual(savedDecisions.at(0), { messageId, decision });
  const elsewhere = await db.database.inTenant(db.newOrganization(), (tx) =>
    protection.receiptOf(tx, organizationId, first.deliveryId),
  );
  assert.equal(elsewhere, null);
});

test('what is over is swept away', async () => {
  const protection = startProtection();
  clock.advance(62 * 24 * 3_600_000);
  const [sweep] = protection.loops;
  assert.ok(((await sweep?.runUntilIdle()) ?? 0) > 0);
  assert.equal(await sweep?.runUntilIdle(), 0);
});
