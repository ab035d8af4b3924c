// Who wrote: real messages over the wire to the MX, a real DNS server, and what becomes of them.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { sealMessage } from '#protocols/arc/index.ts';
import { readAuthenticationResults } from '#protocols/authentication-results/index.ts';
import { BodyHash } from '#protocols/dkim/index.ts';
import { parseHeaderSection } from '#protocols/mime/index.ts';
import { openSmtpConnection } from '#protocols/smtp/index.ts';
import { startDnsServer } from '../../../lab/dns/dns-server.ts';
import { txt } from '../../../lab/dns/zone.ts';
import { mainRoad } from '../../../test/support/main-road.ts';
import { testSigner } from '../../../test/support/signed-message.ts';
import { createReceptionModule, received, type SmtpArrival } from './index.ts';
import { selectHeld } from './quarantine-store.ts';

const hostname = 'mx.clinic.test';
const dns = await startDnsServer({ address: '127.0.0.1', port: 0, zones: [] });
after(() => dns[Symbol.asyncDispose]());
const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const { organizationId } = clinic;

const events: { messageId: MessageId; arrival: SmtpArrival }[] = [];
road.outbox.subscribe(received, 'test.received', async (_tx, { data }) => void events.push(data));
const reception = createReceptionModule({
  ...road,
  openScan: null,
  trusted: [],
  hostname,
  log: silentLogger,
  metrics: createMetrics(),
  dns: createResolver({
    servers: parseDnsServers(dns.server),
    clock: road.clock,
    cacheSize: 0,
    timeoutMs: 2_000,
    rounds: 1,
  }),
});
const mx = await reception.listen('mx', { host: '127.0.0.1', port: 0, certificate: null });
after(() => mx.close(0));

const bank = testSigner('bank.example', 's1');
const sealer = generateKeyPairSync('ed25519');
const sealerKey = sealer.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

function publish(name: string, ...records: [name: string, text: string][]): void {
  dns.setZone({ name, records: records.map(([at, text]) => txt(at === '' ? name : `${at}.${name}`, text)) });
}

beforeEach(() => {
  publish(
    'bank.example',
    ['_dmarc', 'v=DMARC1; p=reject'],
    ['s1._domainkey', bank.record],
    ['', 'v=spf1 -all'],
  );
  publish('shop.example', ['_dmarc', 'v=DMARC1; p=quarantine'], ['', 'v=spf1 ip4:192.0.2.1 -all']);
  publish('here.example', ['_dmarc', 'v=DMARC1; p=reject'], ['', 'v=spf1 ip4:127.0.0.1 -all']);
  publish('plain.example', ['', 'v=spf1 ip4:192.0.2.1 -all']);
  publish('list.example', ['k._domainkey', `k=ed25519; p=${sealerKey}`], ['', 'v=spf1 ip4:127.0.0.1 -all']);
});

interface Outcome {
  readonly reply: string;
  readonly messageId: MessageId;
}

async function send(
  content: string | Buffer,
  from = 'x@unknown.example',
  localName = 'out.example',
): Promise<Outcome> {
  const opened = await openSmtpConnection({
    host: hostname,
    address: '127.0.0.1',
    port: mx.port,
    localName,
    tls: { use: 'never' },
  });
  assert.ok(opened.ok);
  const outcome = await opened.connection.send({
    from,
    recipients: [nurse.email],
    content: Buffer.from(content),
  });
  await opened.connection.quit();
  assert.ok(outcome.kind === 'answered');
  const reply = outcome.recipients[0]?.reply;
  assert.ok(reply !== undefined);
  const text = `${reply.code} ${reply.enhanced} ${reply.lines.join(' ')}`;
  return { reply: text, messageId: (/Accepted as (\S+)/.exec(text)?.[1] ?? '') as MessageId };
}

async function arrivalOf({ reply, messageId }: Outcome) {
  assert.match(reply, /^250 /);
  await road.settle();
  const event = events.find((each) => each.messageId === messageId);
  assert.ok(event !== undefined, 'was delivered');
  return event.arrival.sender;
}

const rawOf = async ({ messageId }: Outcome) =>
  (await road.messages.readRaw(organizationId, messageId)).toString();

/** What stands in the one field under our name. */
async function ownResults(outcome: Outcome): Promise<string[]> {
  const parsed = parseHeaderSection(Buffer.from(await rawOf(outcome)));
  assert.ok(parsed.ok);
  const own = parsed.section.fields
    .filter(({ key }) => key === 'authentication-results')
    .map(({ value }) => readAuthenticationResults(value))
    .filter((results) => results?.serviceId === hostname);
  assert.equal(own.length, 1);
  return own.flatMap((results) => results?.results.map(({ method, result }) => `${method}=${result}`) ?? []);
}

const held = () =>
  road.database.inTenant(organizationId, (tx) =>
    selectHeld(tx, road.keyring, organizationId, undefined, 100),
  );
const letter = (from: string) => `From: ${from}\r\nSubject: s\r\n\r\nbody\r\n`;
const fromBank = { fields: ['From: Desk <desk@bank.example>', 'Subject: s'], body: 'Your account.\r\n' };

describe('proven', () => {
  test('by the server that sent it', async () => {
    const outcome = await send(letter('a@here.example'), 'bounce@here.example');
    assert.deepEqual(await arrivalOf(outcome), {
      proof: 'policy',
      doubt: null,
      spf: 'pass',
      dkim: [],
      dmarc: 'pass',
      policy: 'reject',
      arc: 'none',
    });
    assert.deepEqual(await ownResults(outcome), ['spf=pass', 'dkim=none', 'dmarc=pass']);
  });

  test('by a signature, with whatever server and envelope', async () => {
    const sent = bank.sign(fromBank);
    const outcome = await send(sent);
    assert.partialDeepStrictEqual(await arrivalOf(outcome), { proof: 'policy', dkim: ['pass'], spf: 'none' });
    assert.ok((await rawOf(outcome)).endsWith(sent), 'not a byte is changed');
  });

  test('a large message too: what was found stands on top of what is in the blob store', async () => {
    const sent = bank.sign({ ...fromBank, body: 'All is well.\r\n'.repeat(40_000) });
    const outcome = await send(sent);
    assert.partialDeepStrictEqual(await arrivalOf(outcome), { proof: 'policy', dkim: ['pass'] });
    const raw = await rawOf(outcome);
    assert.ok(raw.startsWith('Return-Path: <x@unknown.example>\r\nAuthentication-Results: mx.clinic.test; '));
    assert.ok(raw.endsWith(sent));
    const { sizeBytes } =
      (
        await road.database.inTenant(organizationId, (tx) => road.messages.facts(tx, [outcome.messageId]))
      )[0] ?? {};
    assert.equal(sizeBytes, raw.length);
  });

  test('without a published policy by the very same domain', async () => {
    publish('plain.example', ['', 'v=spf1 ip4:127.0.0.1 -all']);
    assert.partialDeepStrictEqual(await arrivalOf(await send(letter('a@plain.example'), 'b@plain.example')), {
      proof: 'same-domain',
      dmarc: 'none',
    });
    assert.partialDeepStrictEqual(await arrivalOf(await send(letter('a@other.example'), 'b@plain.example')), {
      proof: null,
      doubt: 'unproven',
      spf: 'pass',
    });
  });
});

describe('not proven', () => {
  test('a domain that wants refusal gets it, in words; nothing is stored; the audit log holds no address', async () => {
    const before = events.length;
    const { reply } = await send(letter('"Bank" <desk@bank.example>'), 'evil@here.example');
    assert.match(
      reply,
      /^550 5\.7\.1 bank\.example asks .* refused \(DMARC\); this is not: SPF pass, DKIM none/,
    );
    const changed = await send(bank.sign(fromBank).replace('Your', 'Our'), 'evil@here.example');
    assert.match(changed.reply, /^550 5\.7\.1 .*DKIM fail/);
    await road.settle();
    assert.equal(events.length, before);
    const refused = road.recorded.filter(({ kind }) => kind === 'message.turned-away');
    assert.equal(refused.length, 2);
    assert.partialDeepStrictEqual(refused[0]?.fields, {
      authorDomain: 'bank.example',
      spf: 'pass',
      dmarc: 'fail',
    });
    assert.ok(!JSON.stringify(refused).includes('@'));
  });

  test('refused while it is large: nothing of it stays', async () => {
    const { reply } = await send(`${letter('a@bank.example')}${'x\r\n'.repeat(200_000)}`);
    assert.match(reply, /^550 5\.7\.1 /);
  });

  test('a domain that wants quarantine: held until a person decides', async () => {
    const outcome = await send(letter('a@shop.example'), 'a@shop.example');
    assert.match(outcome.reply, /^250 /);
    await road.settle();
    assert.ok(!events.some(({ messageId }) => messageId === outcome.messageId));
    const message = (await held()).find(({ messageId }) => messageId === outcome.messageId);
    assert.deepEqual([message?.reason, message?.detail], ['authentication', 'shop.example']);
    assert.equal(message?.arrival.sender?.doubt, 'contradicted');
    assert.deepEqual(await ownResults(outcome), ['spf=fail', 'dkim=none', 'dmarc=fail']);
  });

  test('SPF alone refuses nothing, and is shown', async () => {
    const outcome = await send(letter('a@plain.example'), 'a@plain.example');
    assert.partialDeepStrictEqual(await arrivalOf(outcome), {
      proof: null,
      doubt: 'unproven',
      spf: 'fail',
      dmarc: 'none',
    });
  });

  test('a domain that is testing', async () => {
    publish('bank.example', ['_dmarc', 'v=DMARC1; p=reject; t=y']);
    assert.partialDeepStrictEqual(await arrivalOf(await send(letter('a@bank.example'))), {
      doubt: 'contradicted',
      policy: 'reject',
    });
  });

  test('no author, several authors, several fields', async () => {
    assert.partialDeepStrictEqual(await arrivalOf(await send('Subject: s\r\n\r\n')), {
      doubt: 'no-author',
      dmarc: 'none',
    });
    const several = await send(letter('a@bank.example, b@here.example'), 'a@here.example');
    assert.partialDeepStrictEqual(await arrivalOf(several), { doubt: 'several-authors', dmarc: 'permerror' });
    const fields = await send(`From: a@here.example\r\n${letter('b@bank.example')}`, 'a@here.example');
    assert.match(fields.reply, /^550 5\.6\.0 /);
  });

  test('a report of a mail server: the name it gave is looked at', async () => {
    const from = letter('Mail <postmaster@here.example>');
    assert.partialDeepStrictEqual(await arrivalOf(await send(from, '', 'here.example')), {
      proof: 'policy',
      spf: 'pass',
    });
    assert.match((await send(from, '', 'other.example')).reply, /^550 5\.7\.1 /);
  });
});

describe('the DNS is away', () => {
  test('for all: delivered, and shown as unknown', async () => {
    dns.setZone({ name: 'gone.example', records: [], behaviour: 'is-silent' });
    const outcome = await send(letter('a@gone.example'), 'a@gone.example');
    assert.partialDeepStrictEqual(await arrivalOf(outcome), {
      proof: null,
      doubt: 'unknown',
      spf: 'temperror',
      dmarc: 'temperror',
    });
  });

  test('for a key alone, of a domain that wants refusal: again, please', async () => {
    dns.setZone({ name: 's1._domainkey.bank.example', records: [], behaviour: 'fails' });
    const { reply } = await send(bank.sign(fromBank));
    assert.match(reply, /^451 4\.7\.1 /);
    dns.removeZone('s1._domainkey.bank.example');
    assert.match((await send(bank.sign(fromBank))).reply, /^451 /, 'is not asked again at once');
    road.clock.advance(11_000);
    assert.match((await send(bank.sign(fromBank))).reply, /^250 /);
  });
});

test('results under our name are only ours, however they are spelled', async () => {
  const forged = [
    'Authentication-Results: mx.clinic.test; dmarc=pass',
    'authentication-results : (hi) MX.CLINIC.test 1; dmarc=pass',
    'Authentication-Results:\r\n "mx.\\clinic.test" ; dmarc=pass',
    'Authentication-Results: (a (b) c)\r\n\tmx.clinic.test(; dmarc=pass',
    'Authentication-Results: mx.clinic.test.; dmarc=pass',
  ];
  const other = 'Authentication-Results: other.example; dmarc=pass';
  const outcome = await send(`${[...forged, other].join('\r\n')}\r\n${letter('a@plain.example')}`);
  assert.deepEqual(await ownResults(outcome), ['spf=none', 'dkim=none', 'dmarc=none']);
  const raw = await rawOf(outcome);
  assert.equal(raw.match(/^authentication-results/gim)?.length, 2);
  assert.ok(raw.includes(`${other}\r\n`));
});

test('a forwarder that the organisation trusts vouches for what it changed', async () => {
  async function forward(results: string): Promise<string> {
    const changed = bank.sign(fromBank).replace('Subject: s', 'Subject: [list] s');
    const whole = Buffer.from(changed);
    const parsed = parseHeaderSection(whole);
    assert.ok(parsed.ok);
    const { section } = parsed;
    const body = new BodyHash('relaxed');
    body.write(whole.subarray(section.bodyStart));
    const sealed = await sealMessage(
      { raw: whole.subarray(0, section.bodyStart), section },
      {
        results,
        chain: 'none',
        bodyHash: body.finish().digest,
        fields: ['from', 'subject'],
        domain: 'list.example',
        selector: 'k',
        algorithm: 'ed25519-sha256',
        key: sealer.privateKey,
        now: road.clock.now(),
      },
    );
    assert.ok(sealed.ok);
    return sealed.fields.join('') + changed;
  }
  const proven = await forward('mx.list.example; dmarc=pass header.from=bank.example');
  assert.match((await send(proven, 'x@list.example')).reply, /^550 5\.7\.1 /);
  const by = { actor: { kind: 'user' as const, userId: clinic.administratorId } };
  const settings = { trustedSealers: ['list.example'] };
  await road.organizations.change({ organizationId, change: { settings }, ...by });
  const outcome = await send(proven, 'x@list.example');
  assert.partialDeepStrictEqual(await arrivalOf(outcome), { proof: 'sealer', dmarc: 'fail', arc: 'pass' });
  assert.deepEqual(await ownResults(outcome), ['spf=pass', 'dkim=fail', 'dmarc=fail', 'arc=pass']);
  for (const results of [
    'mx.list.example; dmarc=fail header.from=bank.example',
    'mx.list.example; dmarc=pass header.from=evil.example',
    'mx.list.example; spf=pass',
  ])
    assert.match((await send(await forward(results), 'x@list.example')).reply, /^550 5\.7\.1 /, results);
});
