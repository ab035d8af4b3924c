// An address that forwards: real messages over the wire to the MX, on to the lab's servers, and what comes back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import {
  changeForwarding,
  createForwarding,
  deleteForwarding,
  listForwardings,
} from '#contract/forwarding.ts';
import pg from 'pg';
import type { ForwardingView, SavedForwarding } from '#contract/forwarding.ts';
import { signIn } from '#contract/identity.ts';
import type { MessageId } from '#contract/ids.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { rewriteSender } from '#protocols/srs/index.ts';
import { startDnsServer } from '../../../lab/dns/dns-server.ts';
import { txt } from '../../../lab/dns/zone.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import { testSigner } from '../../../test/support/signed-message.ts';
import { staffApi } from '../../../test/support/staff-api.ts';
import { createReceptionModule, received } from './index.ts';
import { selectHeld } from './quarantine-store.ts';
import { releaseHeld } from './settle-held.ts';

const hostname = 'mx.carepost.test';
const hour = 3_600_000;
const signer = testSigner('sts.test', 's1');
const dns = await startDnsServer({
  address: '127.0.0.1',
  port: 0,
  zones: [
    {
      name: 'sts.test',
      records: [txt('sts.test', 'v=spf1 ip4:127.0.0.1 -all'), txt('s1._domainkey.sts.test', signer.record)],
    },
    { name: 'mail.test', records: [txt('mail.test', 'v=spf1 ip4:192.0.2.1 -all')] },
    {
      name: 'bank.test',
      records: [txt('bank.test', 'v=spf1 -all'), txt('_dmarc.bank.test', 'v=DMARC1; p=reject')],
    },
    {
      name: 'shop.test',
      records: [txt('shop.test', 'v=spf1 -all'), txt('_dmarc.shop.test', 'v=DMARC1; p=quarantine')],
    },
  ],
});
after(() => dns[Symbol.asyncDispose]());
const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const other = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId, domain } = clinic;
const placed: { messageId: MessageId; recipientUserIds: readonly string[] }[] = [];
road.outbox.subscribe(received, 'test.received', async (_tx, { data }) => void placed.push(data));
const ports = {
  ...road,
  openScan: null,
  trusted: [],
  hostname,
  log: silentLogger,
  metrics: createMetrics(),
  dns: createResolver({ servers: parseDnsServers(dns.server), clock: road.clock, cacheSize: 0 }),
};
const mx = await createReceptionModule(ports).listen('mx', { host: '127.0.0.1', port: 0, certificate: null });
after(() => mx.close(0));

const browser = (await staffApi(road)).caller();
/** Sessions end while the clock goes on. */
const enter = () =>
  browser.call(signIn, { body: { email: clinic.administratorEmail, password: road.password } });
before(enter);

const forward = (name: string, targets: string[], keepsCopy = false): Promise<SavedForwarding> =>
  browser.call(createForwarding, { body: { address: `${name}@${domain}`, targets, keepsCopy } });

const inboxOf = (address: string) => road.lab.inbox.messagesFor(address);
const shown = async (forwardingId: string): Promise<ForwardingView> => {
  const { items } = await browser.call(listForwardings, { query: { limit: 200 } });
  return items.find((each) => each.forwardingId === forwardingId) ?? assert.fail('not listed');
};

const letter = (from: string, fields = ''): string =>
  `${fields}From: <${from}>\r\nTo: referrals@${domain}\r\nSubject: A referral\r\nMessage-ID: <1@outside.test>\r\n\r\nDear  colleague, \t\r\n`;

interface Mail {
  readonly from?: string;
  readonly to: string | readonly string[];
  readonly content?: string;
}

/** The answer to each RCPT, and to the last command that was said. */
async function send({ from = 'writer@sts.test', to, content = letter(from) }: Mail): Promise<{
  readonly recipients: string[];
  readonly answer: string;
}> {
  const client = await RawSmtp.open(mx.port, false);
  await client.hello();
  let answer = await client.ask(`MAIL FROM:<${from}>`);
  const recipients: string[] = [];
  for (const each of typeof to === 'string' ? [to] : to)
    recipients.push(await client.ask(`RCPT TO:<${each}>`));
  if (recipients.some((reply) => reply.startsWith('250'))) {
    await client.ask('DATA');
    answer = await client.ask(`${content}.`);
  }
  client.destroy();
  return { recipients: recipients.map((reply) => reply.slice(0, 9)), answer };
}

const bounce = (address: string, fields = ''): string =>
  [
    `${fields}From: mailer-daemon@verified.test`,
    'Subject: Undelivered Mail Returned to Sender',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It did not arrive.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.verified.test',
    '',
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.1.1',
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    'Subject: A referral',
    '',
    '--b--',
    '',
  ].join('\r\n');

describe('what an administrator may set', () => {
  const refused = async (address: string, targets: string[], keepsCopy = false): Promise<string> =>
    (await browser.refusal(browser.call(createForwarding, { body: { address, targets, keepsCopy } }))).code;

  test('an address at an own domain, to others, once', async () => {
    const a = `rules@${domain}`;
    assert.equal(await refused('rules@elsewhere.test', ['a@sts.test']), 'invalid-domain');
    assert.equal(await refused(`rules@${other.domain}`, ['a@sts.test']), 'invalid-domain');
    assert.equal(await refused('no address@here', ['a@sts.test']), 'invalid-request');
    assert.equal(await refused(a, ['a@@sts.test']), 'invalid-address');
    assert.equal(await refused(a, ['a@sts.test', 'A@STS.test']), 'invalid-address');
    assert.equal(await refused(a, [a.toUpperCase()]), 'forwarding-loop');
    assert.equal(await refused(a, ['a@sts.test'], true), 'no-mailbox');
    assert.equal(await refused(a, []), 'invalid-request');
    assert.equal(
      await refused(
        a,
        Array.from({ length: 21 }, (_, n) => `a${n}@sts.test`),
      ),
      'invalid-request',
    );
    assert.equal(await refused(`SRS0=x=y=z=a@${domain}`, ['a@sts.test']), 'invalid-address');
    await forward('rules', ['a@sts.test']);
    assert.equal(await refused(a.toUpperCase(), ['b@sts.test']), 'address-taken');
  });

  test('no circles, and no long ways', async () => {
    const at = (name: string) => `${name}@${domain}`;
    const first = await forward('step1', [at('step2')]);
    await forward('step2', [at('step3')]);
    assert.equal(await refused(at('step3'), ['a@sts.test', at('step1')]), 'forwarding-loop');
    await forward('step3', ['a@sts.test']);
    assert.equal(await refused(at('step0'), [at('step1')]), 'forwarding-loop');
    const params = { forwardingId: first.forwardingId };
    const body = { targets: [at('step0'), 'b@sts.test'], keepsCopy: false };
    await browser.call(changeForwarding, { params, body });
    assert.equal(await refused(at('step0'), [at('step1')]), 'forwarding-loop');
  });

  test('changes and ends are in the audit log, and are heard at once', async () => {
    const made = await forward('shortlived', ['a@sts.test']);
    const params = { forwardingId: made.forwardingId };
    const to = `shortlived@${domain}`;
    assert.deepEqual((await send({ to })).recipients, ['250 2.1.5']);
    const changed = await browser.call(changeForwarding, { params, body: { targets: ['b@sts.test'] } });
    assert.deepEqual(changed, { ...made, targets: ['b@sts.test'] });
    await browser.call(deleteForwarding, { params });
    assert.deepEqual((await send({ to })).recipients, ['550 5.1.1']);
    assert.equal((await browser.refusal(browser.call(deleteForwarding, { params }))).code, 'not-found');
    const kinds = road.recorded
      .filter(({ subject }) => subject?.id === made.forwardingId)
      .map(({ kind, fields }) => [kind, fields?.['targets']]);
    assert.deepEqual(kinds, [
      ['forwarding.created', ['a@sts.test']],
      ['forwarding.changed', ['b@sts.test']],
      ['forwarding.deleted', ['b@sts.test']],
    ]);
  });

  test('what mail could not go on to is said, and saved', async () => {
    const doubted = ['x@unproven.test', `rules@${domain}`, 'a@sts.test'];
    const { targets, doubts } = await forward('doubted', doubted);
    assert.deepEqual(targets, doubted);
    assert.deepEqual(doubts, [{ address: 'x@unproven.test', because: 'Its server proves nothing.' }]);
    const addresses = [
      'a@verified.test',
      'a@selfsigned.test',
      'a@nomail.test',
      nurse.email,
      `no-one@${domain}`,
    ];
    const found = await road.protection.forwardDoubts(organizationId, addresses);
    assert.deepEqual(
      found.map(({ address }) => address),
      ['a@selfsigned.test', 'a@nomail.test', `no-one@${domain}`],
    );
    for (const { because } of found) assert.doesNotMatch(because, /pick|portal/i);
  });

  test('pages follow each other', async () => {
    const all = (await browser.call(listForwardings, { query: { limit: 200 } })).items;
    const first = await browser.call(listForwardings, { query: { limit: 2 } });
    const second = await browser.call(listForwardings, {
      query: { limit: 200, cursor: first.nextCursor ?? '' },
    });
    assert.deepEqual([...first.items, ...second.items], all);
    assert.equal(second.nextCursor, null);
  });
});

describe('what comes goes on', () => {
  test('to each target, octet for octet, from an envelope sender that leads back', async () => {
    await forward('referrals', ['one@verified.test', 'two@verified.test', 'three@multi.test']);
    const { answer } = await send({ to: `Referrals@${domain}` });
    assert.match(answer, /^250 2\.0\.0 Accepted/);
    await road.settle();
    for (const target of ['one@verified.test', 'two@verified.test', 'three@multi.test']) {
      const [message, more] = inboxOf(target);
      assert.equal(more, undefined);
      assert.match(
        message?.envelope.from ?? '',
        new RegExp(`^SRS0=[a-z2-7]{12}=..=sts\\.test=writer@${domain}$`),
      );
      const raw = message?.raw.toString('latin1') ?? '';
      assert.ok(raw.endsWith(letter('writer@sts.test')), 'as it came');
      assert.match(raw, new RegExp(`^Delivered-To: referrals@${domain}\\r\\n`));
      assert.doesNotMatch(raw, /^Return-Path:/m);
    }
    assert.deepEqual(placed.at(-1)?.recipientUserIds, []);
  });

  test('for two addresses at once, each target hears whose mail it is', async () => {
    await forward('first', ['first@verified.test']);
    await forward('second', ['second@verified.test']);
    await send({ to: [`first@${domain}`, `second@${domain}`] });
    await road.settle();
    for (const name of ['first', 'second']) {
      const [message, more] = inboxOf(`${name}@verified.test`);
      assert.equal(more, undefined);
      const named = message?.raw.toString().match(/^Delivered-To: .*$/gm);
      assert.deepEqual(named, [`Delivered-To: ${name}@${domain}`]);
    }
  });

  test('from a sender with a long name, which makes a longer one, and back', async () => {
    await forward('longest', ['longest@verified.test']);
    const from = `${'a-long-name-'.repeat(5)}abcd@sts.test`;
    await send({ to: `longest@${domain}`, from });
    await road.settle();
    const path = inboxOf('longest@verified.test')[0]?.envelope.from ?? '';
    assert.ok(path.lastIndexOf('@') > 64);
    assert.match(
      (await send({ from: '', to: path, content: bounce('longest@verified.test') })).answer,
      /^250 /,
    );
    await road.settle();
    assert.equal(inboxOf(from).length, 1);
  });

  test('a sender that was rewritten before, and none at all', async () => {
    await forward('again', ['again@verified.test']);
    await send({ to: `again@${domain}`, from: 'SRS0=aaaa=bb=first.test=ann@forwarder.test' });
    await send({ to: `again@${domain}`, from: '' });
    await road.settle();
    const senders = inboxOf('again@verified.test').map(({ envelope }) => envelope.from);
    assert.match(
      senders[0] ?? '',
      new RegExp(`^SRS1=[a-z2-7]{12}=forwarder\\.test==aaaa=bb=first\\.test=ann@${domain}$`),
    );
    assert.equal(senders[1], '');
  });

  test('the user who has the address keeps a copy, if that is wished', async () => {
    const made = await forward('nurse', ['copy@verified.test'], true);
    await send({ to: nurse.email });
    await road.settle();
    assert.deepEqual(placed.at(-1)?.recipientUserIds, [nurse.userId]);
    assert.equal(inboxOf('copy@verified.test').length, 1);
    const params = { forwardingId: made.forwardingId };
    await browser.call(changeForwarding, { params, body: { targets: ['copy@verified.test'] } });
    await send({ to: nurse.email });
    await road.settle();
    assert.deepEqual(placed.at(-1)?.recipientUserIds, []);
    await browser.call(deleteForwarding, { params });
    await send({ to: nurse.email });
    await road.settle();
    assert.deepEqual(placed.at(-1)?.recipientUserIds, [nurse.userId]);
    assert.equal(inboxOf('copy@verified.test').length, 2);
  });

  test('over other addresses of the organisation, to people here and elsewhere, each once', async () => {
    await forward('inner', ['far@verified.test', nurse.email]);
    await forward('outer', [`inner@${domain}`, 'FAR@verified.test', `gone@${domain}`]);
    await send({ to: [`outer@${domain}`, `inner@${domain}`] });
    await road.settle();
    assert.equal(inboxOf('far@verified.test').length, 1);
    assert.deepEqual(placed.at(-1)?.recipientUserIds, [nurse.userId]);
    const [report] = inboxOf('writer@sts.test');
    assert.match(
      report?.raw.toString() ?? '',
      new RegExp(`^Final-Recipient: rfc822; outer@${domain}\\r$`, 'm'),
    );
    road.lab.inbox.clear('writer@sts.test');
  });

  test('not over a connection that proves nothing: it waits, and then goes back', async () => {
    const made = await forward('weak', ['a@selfsigned.test', 'a@notls.test']);
    await send({ to: `weak@${domain}` });
    await road.settle();
    assert.deepEqual(
      [
        inboxOf('a@selfsigned.test').length,
        inboxOf('a@notls.test').length,
        inboxOf('writer@sts.test').length,
      ],
      [0, 0, 0],
    );
    road.clock.advance(73 * hour);
    await road.settle();
    assert.deepEqual([inboxOf('a@selfsigned.test').length, inboxOf('a@notls.test').length], [0, 0]);
    const [report] = inboxOf('writer@sts.test');
    const raw = report?.raw.toString() ?? '';
    assert.equal(report?.envelope.from, '');
    assert.match(raw, new RegExp(`^Final-Recipient: rfc822; weak@${domain}\\r$`, 'm'));
    assert.doesNotMatch(raw, /selfsigned|notls/, 'where it forwards to is told to nobody');
    await enter();
    assert.equal((await shown(made.forwardingId)).failures, 2);
    road.lab.inbox.clear('writer@sts.test');
  });

  test('where on whose account it went can never be read again, it ends, and nobody is told', async () => {
    await forward('damaged', ['damaged@verified.test']);
    const actor = { kind: 'user', userId: nurse.userId } as const;
    await road.database.inTenant(organizationId, (tx) =>
      road.delivery.pause(tx, organizationId, actor, 'A test'),
    );
    await send({ to: `damaged@${domain}` });
    await road.settle();
    const { rows } = await road.database.inTenant(organizationId, (tx) =>
      sql<{ delivery_id: string }>`
        UPDATE delivery.delivery SET onward_sealed = set_byte(onward_sealed, 40, get_byte(onward_sealed, 40) # 1)
        WHERE organization_id = ${organizationId} AND onward_sealed IS NOT NULL AND state = 'queued'
        RETURNING delivery_id`.execute(tx),
    );
    assert.equal(rows.length, 1);
    await road.database.inTenant(organizationId, (tx) => road.delivery.resume(tx, organizationId, actor));
    await road.settle();
    const left = await road.database.inTenant(organizationId, (tx) =>
      sql<{ state: string; untold: number }>`
        SELECT state, (SELECT count(*) FROM platform.outbox WHERE organization_id = ${organizationId}) AS untold
        FROM delivery.delivery WHERE delivery_id = ${rows[0]?.delivery_id}`.execute(tx),
    );
    assert.deepEqual(left.rows, [{ state: 'bounced', untold: 0 }]);
    assert.equal(inboxOf('damaged@verified.test').length, 0);
    assert.equal(inboxOf('writer@sts.test').filter(({ raw }) => raw.includes('damaged')).length, 0);
  });
});

test('250 is said after the commit: what fails there is neither stored nor sent, and comes again', async () => {
  await forward('committed', ['committed@verified.test']);
  const superuser = new pg.Client(road.connection);
  await superuser.connect();
  await superuser.query(`
    CREATE FUNCTION delivery.fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'at the end'; END $$;
    CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON delivery.delivery DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION delivery.fails()`);
  const count = async () =>
    (await superuser.query<{ n: string }>('SELECT count(*) AS n FROM messages.message')).rows[0]?.n;
  const stored = await count();
  assert.match((await send({ to: `committed@${domain}` })).answer, /^451 /);
  assert.equal(await count(), stored);
  await superuser.query('DROP TRIGGER fails ON delivery.delivery');
  assert.match((await send({ to: `committed@${domain}` })).answer, /^250 /);
  await road.settle();
  assert.equal(inboxOf('committed@verified.test').length, 1);
  await superuser.end();
});

describe('what colleagues write', () => {
  const desk = clinic.addUser('desk', 'front-desk');
  const to = `referrals-of-ours@${domain}`;
  before(async () => {
    const { email } = await desk;
    await forward('referrals-of-ours', ['ours@verified.test', 'ours@selfsigned.test', email]);
  });

  test('goes to each target in the way that fits, also over the portal', async () => {
    const messageId = await road.send({ organization: clinic, from: nurse, to: [to, 'ours@verified.test'] });
    await road.settle();
    const journeys = await road.timeline(organizationId, messageId);
    assert.deepEqual(
      journeys.map(({ address, protection }) => [address, protection]),
      [
        ['ours@verified.test', 'tls-verified'],
        ['ours@selfsigned.test', 'portal'],
        [(await desk).email, 'internal'],
      ],
    );
    const [message, more] = inboxOf('ours@verified.test');
    assert.equal(more, undefined);
    assert.equal(message?.envelope.from, nurse.email);
  });

  test('is shown before it is sent as the target that gets it worst', async () => {
    const { sender } = await road.command({ organization: clinic, from: nurse, to: [to] });
    assert.ok('permissions' in sender);
    const request = { organizationId, sender, category: 'clinical', options: {} } as const;
    const shownNow = await road.sending.preview({ ...request, recipients: [{ address: to, kind: 'to' }] });
    assert.ok(shownNow.ok);
    assert.deepEqual(
      shownNow.recipients.map(({ address, verdict, problem }) => [address, verdict, problem]),
      [[to, 'tls-verified', null]],
    );
  });
});

describe('who is believed', () => {
  before(() => forward('checked', ['checked@verified.test']));
  const to = `checked@${domain}`;
  const arrived = () => inboxOf('checked@verified.test').length;

  test('mail that its domain wants refused is refused, and goes nowhere', async () => {
    const { answer } = await send({ to, from: 'a@bank.test' });
    assert.match(answer, /^550 5\.7\.1 /);
    await road.settle();
    assert.equal(arrived(), 0);
  });

  test('mail that is held goes on when it is released', async () => {
    assert.match((await send({ to, from: 'a@shop.test' })).answer, /^250 /);
    await road.settle();
    assert.equal(arrived(), 0);
    const [held] = await road.database.inTenant(organizationId, (tx) =>
      selectHeld(tx, road.keyring, organizationId, undefined, 10),
    );
    assert.ok(held !== undefined);
    await releaseHeld(ports, held, { actor: { kind: 'user', userId: clinic.administratorId } });
    await road.settle();
    assert.equal(arrived(), 1);
  });

  test('who is not proven to have sent it hears nothing of a failure; administrators see it', async () => {
    const made = await forward('refused', ['bounces-550@verified.test']);
    await send({ to: `refused@${domain}`, from: 'writer@mail.test' });
    await road.settle();
    assert.equal(inboxOf('writer@mail.test').length, 0);
    assert.equal((await shown(made.forwardingId)).failures, 1);
    await send({ to: `refused@${domain}` });
    await road.settle();
    assert.equal(inboxOf('writer@sts.test').length, 1);
    assert.equal((await shown(made.forwardingId)).failures, 2);
    road.lab.inbox.clear('writer@sts.test');
  });

  test('a circle over others ends when it comes back', async () => {
    const again = inboxOf('one@verified.test')[0]?.raw.toString('latin1') ?? '';
    const { answer } = await send({ to: `referrals@${domain}`, content: again });
    assert.match(answer, /^554 5\.4\.6 This address has forwarded/);
    const loop = letter('writer@sts.test', 'Received: x\r\n'.repeat(101));
    assert.match((await send({ to: `referrals@${domain}`, content: loop })).answer, /^554 5\.4\.6 Too many/);
  });
});

describe('the way back', () => {
  const path = (n = 0): string => inboxOf('one@verified.test')[n]?.envelope.from ?? '';
  const localPart = () => path().slice(0, path().lastIndexOf('@'));
  before(async () => {
    road.lab.inbox.clear('one@verified.test');
    await send({ to: `referrals@${domain}` });
    await road.settle();
  });

  test('a report goes to who sent it, as it came', async () => {
    const { recipients, answer } = await send({
      from: '',
      to: path().toUpperCase(),
      content: bounce('one@verified.test'),
    });
    assert.deepEqual(recipients, ['250 2.1.5']);
    assert.match(answer, /^250 /);
    await road.settle();
    const [back] = inboxOf('writer@sts.test');
    assert.equal(back?.envelope.from, '');
    assert.ok(back?.raw.toString('latin1').endsWith(bounce('one@verified.test')));
    await enter();
    const { items } = await browser.call(listForwardings, { query: { limit: 200 } });
    const counted = items.filter(({ targets }) => targets.includes('one@verified.test'));
    assert.deepEqual(
      counted.map(({ address, failures }) => [address, failures]),
      [[`referrals@${domain}`, 1]],
    );
    road.lab.inbox.clear('writer@sts.test');
  });

  test('to one alone, and nothing but reports from those who name a sender', async () => {
    const mixed = await send({ from: '', to: [path(), `referrals@${domain}`], content: bounce('a@b.test') });
    assert.deepEqual(mixed.recipients, ['250 2.1.5', '452 4.5.3']);
    const turned = await send({ from: '', to: [nurse.email, path()], content: bounce('a@b.test') });
    assert.deepEqual(turned.recipients, ['250 2.1.5', '452 4.5.3']);
    const written = await send({ from: 'writer@mail.test', to: path() });
    assert.match(written.answer, /^550 5\.7\.1 Only reports/);
    const reported = await send({ from: 'mailer-daemon@mail.test', to: path(), content: bounce('a@b.test') });
    assert.match(reported.answer, /^250 /);
    await road.settle();
    assert.equal(inboxOf('writer@sts.test').length, 2);
    road.lab.inbox.clear('writer@sts.test');
  });

  test('a report that nothing proves goes back all the same, and nothing else does', async () => {
    const from = bounce('one@verified.test').replace(
      'mailer-daemon@verified.test',
      'mailer-daemon@bank.test',
    );
    assert.match((await send({ from: '', to: path(), content: from })).answer, /^250 /);
    await road.settle();
    assert.equal(inboxOf('writer@sts.test').length, 1);
    assert.match((await send({ from: '', to: path(), content: letter('a@bank.test') })).answer, /^250 /);
    await road.settle();
    assert.equal(inboxOf('writer@sts.test').length, 1);
    const held = await road.database.inTenant(organizationId, (tx) =>
      selectHeld(tx, road.keyring, organizationId, undefined, 10),
    );
    assert.deepEqual(
      held.map(({ detail }) => detail),
      ['bank.test'],
    );
    road.lab.inbox.clear('writer@sts.test');
  });

  test('no relay: what we did not write, for this domain and lately, is nobody', async () => {
    const key = (await import('node:crypto')).createSecretKey(Buffer.alloc(32, 1));
    const forged = rewriteSender('victim@sts.test', { domain, key, now: road.clock.now() }) ?? '';
    const changed = path().replace('writer', 'victim');
    const atOther = path().replace(domain, other.domain);
    for (const to of [forged, changed, atOther, path().replace('SRS0', 'SRS1'), `SRS0=@${domain}`])
      assert.deepEqual((await send({ from: '', to })).recipients, ['550 5.1.1'], to);
    road.clock.advance(22 * 24 * hour);
    assert.deepEqual((await send({ from: '', to: path() })).recipients, ['550 5.1.1']);
    assert.equal(localPart().startsWith('SRS0='), true);
    await road.settle();
    assert.equal(inboxOf('writer@sts.test').length, 0);
    assert.equal(inboxOf('victim@sts.test').length, 0);
  });

  test('where the sender’s server proves nothing, only what holds nothing of the message', async () => {
    await send({ to: `referrals@${domain}`, from: 'writer@selfsigned.test' });
    await road.settle();
    const sender = inboxOf('one@verified.test').at(-1)?.envelope.from ?? '';
    assert.match(sender, /=selfsigned\.test=/);
    await send({ from: '', to: sender, content: bounce('one@verified.test') });
    await road.settle();
    assert.equal(inboxOf('writer@selfsigned.test').length, 0);
    road.clock.advance(73 * hour);
    await road.settle();
    const [rest, more] = inboxOf('writer@selfsigned.test');
    assert.equal(more, undefined);
    const raw = rest?.raw.toString() ?? '';
    assert.match(raw, /^Status: 5\.1\.1\r$/m);
    assert.doesNotMatch(raw, /A referral|1@outside\.test/);
  });
});
