import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { silentLogger } from '#platform/log/log.ts';
import { openSmtpConnection, type OutgoingMessage, type SendOutcome } from '#protocols/smtp/index.ts';
import { testAuthority } from '../../../test/support/certificates.ts';
import { mainRoad, type MainRoad } from '../../../test/support/main-road.ts';
import { RawSmtp } from '../../../test/support/raw-smtp.ts';
import type { TestOrganization } from '../../../test/support/staff.ts';
import { createReceptionModule, received, type ReceptionListener } from './index.ts';

const testdata = process.env['CAREPOST_TESTDATA'] ?? join(import.meta.dirname, '../../../../shared/testdata');
const hostname = 'mx.clinic.test';

const road: MainRoad = await mainRoad();
const organization = await road.newOrganizationWithStaff();
const other = await road.newOrganizationWithStaff();
const clinician = await organization.addUser('clinician', 'clinician');
const desk = await organization.addUser('desk', 'front-desk');
const stranger = await other.addUser('stranger', 'clinician');
const appPassword = await newAppPassword(organization, clinician.userId);

const events: { messageId: MessageId; recipientUserIds: readonly UserId[]; arrival: object }[] = [];
road.outbox.subscribe(received, 'test.received', async (_tx, { data }) => void events.push(data));

/** Set to make the database go away for those who store. */
let isAway = false;
const away = () => {
  if (isAway) throw new DatabaseUnavailable();
};
const module = createReceptionModule({
  ...road,
  openScan: null,
  trusted: [],
  hostname,
  log: silentLogger,
  metrics: createMetrics(),
  messages: {
    ...road.messages,
    async storing(messages) {
      away();
      return road.messages.storing(messages);
    },
    async store(tx, messages) {
      away();
      return road.messages.store(tx, messages);
    },
  },
  sending: {
    async acceptBatch(commands) {
      away();
      return road.sending.acceptBatch(commands);
    },
  },
});
const at = { host: '127.0.0.1', port: 0, certificate: await (await testAuthority()).issue(hostname) };
const listeners: Record<'mx' | 'submission' | 'submissions', ReceptionListener> = {
  mx: await module.listen('mx', at),
  submission: await module.listen('submission', at),
  submissions: await module.listen('submissions', at),
};
after(() => Promise.all(Object.values(listeners).map((listener) => listener.close(0))));

async function newAppPassword({ organizationId }: TestOrganization, userId: UserId): Promise<string> {
  return (
    await road.identity.createAppPassword(
      { organizationId, userId, name: 'a program' },
      { actor: { kind: 'user', userId } },
    )
  ).password;
}

function program(kind: 'submission' | 'submissions', password = appPassword, user = clinician.email) {
  return createTransport({
    host: '127.0.0.1',
    port: listeners[kind].port,
    secure: kind === 'submissions',
    requireTLS: true,
    tls: { rejectUnauthorized: false },
    auth: { user, pass: password },
  });
}

/** What the program is told: '250 …' or the refusal. */
async function submit(mail: SendMailOptions, transport = program('submission')): Promise<string> {
  try {
    return (
      await transport.sendMail({ from: clinician.email, subject: 'A subject', text: 'A body.', ...mail })
    ).response;
  } catch (error) {
    return String((error as { response?: string }).response);
  } finally {
    transport.close();
  }
}

async function fromOutside(
  message: Partial<OutgoingMessage>,
  tls: 'never' | 'required' = 'required',
): Promise<SendOutcome> {
  const opened = await openSmtpConnection({
    host: hostname,
    address: '127.0.0.1',
    port: listeners.mx.port,
    localName: 'mail.outside.test',
    tls: { use: tls },
  });
  assert.ok(opened.ok);
  const outcome = await opened.connection.send({
    from: 'patient@outside.test',
    recipients: [clinician.email],
    content: Buffer.from('Subject: s\r\n\r\nbody\r\n'),
    ...message,
  });
  await opened.connection.quit();
  return outcome;
}

function replies(outcome: SendOutcome): string[] {
  assert.ok(outcome.kind === 'answered');
  return outcome.recipients.map(({ reply }) => `${reply.code} ${reply.enhanced}`);
}

function idIn(response: string): MessageId {
  const [id] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(response) ?? [];
  assert.ok(id !== undefined, response);
  return id as MessageId;
}

function idOf(outcome: SendOutcome): MessageId {
  assert.ok(outcome.kind === 'answered');
  return idIn(outcome.recipients.map(({ reply }) => reply.lines.join(' ')).join(' '));
}

async function stored(organizationId: OrganizationId, messageId: MessageId): Promise<string> {
  const raw = await road.messages.readRaw(organizationId, messageId);
  return raw.toString().replace(/\r\n[ \t]/g, ' '); // unfolded
}

describe('submission', () => {
  for (const kind of ['submission', 'submissions'] as const) {
    test(`${kind}: from a program all the way to another server, without Bcc and control fields`, async () => {
      const response = await submit(
        {
          to: 'to@verified.test',
          cc: clinician.email,
          bcc: 'hidden@verified.test',
          headers: { 'X-Carepost-Category': 'lab-result', 'X-Carepost-Require-TLS': 'yes' },
        },
        program(kind),
      );
      assert.match(response, /^250 2\.0\.0 Accepted as/);
      const messageId = idIn(response);
      const raw = await stored(organization.organizationId, messageId);
      const withoutIds = raw.replaceAll(/[0-9a-f]{8,}(?:-[0-9a-f]+)*/g, 'id'); // which may read "bcc" by chance
      assert.doesNotMatch(withoutIds, /bcc|x-carepost|hidden|127\.0\.0\.1/i);
      assert.match(raw, new RegExp(`^Received: by ${hostname} with ESMTPSA tls TLS_\\w+ id ${messageId};`));
      await road.settle();
      const journeys = await road.timeline(organization.organizationId, messageId);
      assert.deepEqual(
        new Set(journeys.map(({ address, kind, state }) => `${address} ${kind} ${state}`)),
        new Set([
          `${clinician.email} cc delivered`,
          'hidden@verified.test bcc delivered',
          'to@verified.test to delivered',
        ]),
      );
    });
  }

  test('sign-in: wrong, locked out of nothing else, revoked', async () => {
    assert.match(await submit({ to: 'a@verified.test' }, program('submission', 'wrong')), /^535 5\.7\.8/);
    assert.match(
      await submit({ to: 'a@verified.test' }, program('submission', appPassword, stranger.email)),
      /^535 5\.7\.8/,
    );
  });

  test('a sender uses only addresses of theirs, in the envelope and in the message', async () => {
    assert.match(
      await submit({ from: desk.email, to: 'a@verified.test' }),
      /^550 5\.7\.1 The sender address is not one of yours/,
    );
    assert.match(
      await submit({ from: desk.email, envelope: { from: clinician.email, to: 'a@verified.test' } }),
      /^550 5\.7\.1 The address in the field from is not one of yours/,
    );
    assert.match(
      await submit({ envelope: { from: '', to: 'a@verified.test' } }),
      /^550 5\.7\.1 The empty sender/,
    );
  });

  test('what the role may not send, and fields that are not understood', async () => {
    assert.match(
      await submit({ to: 'a@verified.test', headers: { 'X-Carepost-Category': 'billing' } }),
      /^550 5\.7\.1 .*allowed are clinical/,
    );
    assert.match(
      await submit({ to: 'a@verified.test', headers: { 'X-Carepost-Category': 'nonsense' } }),
      /^550 5\.6\.0/,
    );
    assert.match(
      await submit({ to: 'a@verified.test', headers: { 'X-Carepost-Category': 'internal' } }),
      /^550 5\.7\.1 .*stay inside/,
    );
  });

  test('recipients: no such colleague, no literals', async () => {
    assert.match(await submit({ to: `nobody@${organization.domain}` }), /^550 5\.1\.1/);
    assert.match(await submit({ to: 'a@[192.0.2.1]' }), /^553 5\.1\.3/);
  });

  test('a message that is too large for the organisation, at MAIL and by surprise', async () => {
    const limit = 1024 * 1024;
    const by = { actor: { kind: 'user', userId: other.administratorId } } as const;
    await road.organizations.change({
      organizationId: other.organizationId,
      change: { settings: { messageSizeLimit: limit } },
      ...by,
    });
    const outcome = await fromOutside({ recipients: [stranger.email], size: limit + 1 });
    assert.deepEqual(replies(outcome), ['552 5.3.4']);
    const surprise = await fromOutside({
      recipients: [stranger.email],
      content: Buffer.alloc(limit + 1, 'x\r\n'),
    });
    assert.deepEqual(replies(surprise), ['552 5.3.4']);
  });

  test('ten thousand recipients: 452 after the first thousand', async () => {
    const client = await RawSmtp.open(listeners.submissions.port, true);
    await client.hello();
    await client.ask(`AUTH PLAIN ${Buffer.from(`\0${clinician.email}\0${appPassword}`).toString('base64')}`);
    client.send(
      `MAIL FROM:<${clinician.email}>\r\n${Array.from({ length: 10_000 }, (_, index) => `RCPT TO:<r${index}@verified.test>\r\n`).join('')}`,
    );
    const counts: Record<string, number> = {};
    for (let index = 0; index <= 10_000; index += 1) {
      const code = (await client.reply()).slice(0, 9);
      counts[code] = (counts[code] ?? 0) + 1;
    }
    assert.deepEqual(counts, { '250 2.1.0': 1, '250 2.1.5': 1000, '452 4.5.3': 9000 });
    client.destroy();
  });

  test('the database away: 451, and the next try comes through', async () => {
    isAway = true;
    assert.match(await submit({ to: 'a@verified.test' }), /^451 4\.3\.0/);
    isAway = false;
    assert.match(await submit({ to: 'a@verified.test' }), /^250/);
  });
});

describe('MX', () => {
  test('a message from outside is stored, told of, and traced', async () => {
    const outcome = await fromOutside({ recipients: [clinician.email, desk.email] });
    const messageId = idOf(outcome);
    const raw = await stored(organization.organizationId, messageId);
    assert.match(
      raw,
      /^Return-Path: <patient@outside\.test>\r\nAuthentication-Results: mx\.clinic\.test; spf=none\s+smtp\.mailfrom=patient@outside\.test; dkim=none;\s+dmarc=none\r\nReceived: from mail\.outside\.test \(\[127\.0\.0\.1\]\) by mx\.clinic\.test with ESMTPS tls TLS_\w+ id /,
    );
    assert.ok(raw.endsWith('Subject: s\r\n\r\nbody\r\n'));
    await road.settle();
    const event = events.find((each) => each.messageId === messageId);
    assert.deepEqual(new Set(event?.recipientUserIds), new Set([clinician.userId, desk.userId]));
    assert.partialDeepStrictEqual(event?.arrival, {
      how: 'smtp',
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    });
    const audited = road.recorded.find(
      ({ kind, subject }) => kind === 'message.received' && subject?.id === messageId,
    );
    assert.equal(audited?.ip, '127.0.0.1');
  });

  test('in the clear it is taken too, and says so', async () => {
    const messageId = idOf(await fromOutside({}, 'never'));
    assert.match(await stored(organization.organizationId, messageId), /with ESMTP id/);
    await road.settle();
    assert.partialDeepStrictEqual(events.find((each) => each.messageId === messageId)?.arrival, {
      how: 'smtp',
      tls: null,
    });
  });

  test('unknown users and other domains are refused, each by itself', async () => {
    const outcome = await fromOutside({
      recipients: [
        clinician.email,
        `nobody@${organization.domain}`,
        'a@elsewhere.test',
        `a@${organization.domain}.evil.test`,
      ],
    });
    assert.deepEqual(replies(outcome), ['250 2.0.0', '550 5.1.1', '550 5.7.1', '550 5.7.1']);
  });

  test('postmaster and abuse reach the administrators, in any case', async () => {
    const messageId = idOf(
      await fromOutside({
        recipients: [`Postmaster@${organization.domain}`, `abuse@${organization.domain}`],
      }),
    );
    await road.settle();
    assert.deepEqual(events.find((each) => each.messageId === messageId)?.recipientUserIds, [
      organization.administratorId,
    ]);
  });

  test('one organisation for each message', async () => {
    const first = await fromOutside({ recipients: [clinician.email, stranger.email] });
    assert.deepEqual(replies(first), ['250 2.0.0', '452 4.5.3']);
    assert.deepEqual(replies(await fromOutside({ recipients: [stranger.email] })), ['250 2.0.0']);
  });

  test('many at once go together, and none is lost', async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => fromOutside({}, 'never')));
    const ids = new Set(outcomes.map(idOf));
    assert.equal(ids.size, 40);
    for (const id of ids) assert.match(await stored(organization.organizationId, id), /body/);
  });

  test('loops, hidden headers, NUL, malformed headers: a clear no', async () => {
    const content = (text: string) => ({ content: Buffer.from(text) });
    assert.deepEqual(replies(await fromOutside(content(`${'Received: x\r\n'.repeat(101)}\r\nbody`))), [
      '554 5.4.6',
    ]);
    assert.deepEqual(replies(await fromOutside(content('Subject: a\r\nno field at all\r\n\r\nbody'))), [
      '550 5.6.0',
    ]);
    assert.deepEqual(replies(await fromOutside(content('Subject: a\0b\r\n\r\nbody'))), ['550 5.6.0']);
    assert.deepEqual(replies(await fromOutside(content(`X: ${'y'.repeat(300 * 1024)}\r\n\r\nbody`))), [
      '552 5.3.4',
    ]);
  });

  test('malformed MIME below a sound header is taken as it is', async () => {
    const body =
      'Content-Type: multipart/mixed; boundary="never"\r\nContent-Transfer-Encoding: nonsense\r\n\r\n--other\r\n\xff\xfe';
    const messageId = idOf(await fromOutside({ content: Buffer.from(body, 'latin1') }));
    const raw = await road.messages.readRaw(organization.organizationId, messageId);
    assert.ok(raw.toString('latin1').includes(body));
  });

  test('a Message-ID that is known already, and one that refers to it: one thread', async () => {
    const threadOf = async (header: string) => {
      const messageId = idOf(await fromOutside({ content: Buffer.from(`${header}\r\n\r\nbody\r\n`) }));
      const { organizationId } = organization;
      const [facts] = await road.database.inTenant(organizationId, (tx) =>
        road.messages.facts(tx, [messageId]),
      );
      assert.ok(
        road.recorded.some(({ kind, subject }) => kind === 'message.received' && subject?.id === messageId),
      );
      return facts?.threadId;
    };
    const first = await threadOf('Message-ID: <known@outside.test>');
    assert.ok(first);
    assert.equal(await threadOf('Message-ID: <known@outside.test>'), first);
    assert.equal(await threadOf('In-Reply-To: <known@outside.test>'), first);
  });

  test('the database away: 451, nothing half stored, and the next try comes through', async () => {
    isAway = true;
    assert.deepEqual(replies(await fromOutside({})), ['451 4.3.0']);
    isAway = false;
    assert.deepEqual(replies(await fromOutside({})), ['250 2.0.0']);
  });

  test('nobody signs in at the MX', async () => {
    const client = await RawSmtp.open(listeners.mx.port);
    assert.doesNotMatch(await client.hello(), /AUTH/);
    assert.match(await client.ask('AUTH PLAIN AGEAYg=='), /^503/);
    client.destroy();
  });

  test(
    'strings made to break things, in every field: taken or clearly refused',
    { skip: existsSync(testdata) ? false : 'testdata is absent' },
    async () => {
      const encoded = JSON.parse(
        readFileSync(join(testdata, 'strings/blns.base64.json'), 'utf8'),
      ) as string[];
      const patient = await module.listen('mx', { ...at, limits: { errors: 1e6, refusedRecipients: 1e6 } });
      const client = await RawSmtp.open(patient.port);
      await client.hello();
      for (const text of encoded.map((each) => Buffer.from(each, 'base64').toString())) {
        if (/[\r\n]/.test(text)) continue; // bare line ends close the connection; that is tested elsewhere
        for (const line of [
          `MAIL FROM:<${text}@x.test> SMTPUTF8`,
          `MAIL FROM:<a@${text}>`,
          `RCPT TO:<${text}>`,
        ]) {
          if (Buffer.byteLength(line) > 2000) continue;
          assert.match(await client.ask(line), /^(250|5\d\d|421)/);
          await client.ask('RSET');
        }
      }
      client.destroy();
      await patient.close(0);
    },
  );
});
