import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailStand, type MailUser } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const elsewhere = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');
const doctor = await stand.newUser(clinic, 'doctor');
const colleague = await stand.newUser(elsewhere, 'colleague');

type Json = Record<string, unknown>;

async function identityOf(user: MailUser): Promise<string> {
  const { list } = await user.ask('Identity/get');
  const [identity] = list as { id: string; email: string }[];
  assert.equal(identity?.email, user.email);
  return identity.id;
}

const from = (user: MailUser) => ({ from: [{ name: 'Somebody', email: user.email }] });

/** Saves a draft and sends it in one request, as a mail program does. */
async function send(
  user: MailUser,
  email: Json,
  more: { submission?: Json; set?: Json } = {},
): Promise<Json[]> {
  const accountId = user.userId;
  const drafts = (await user.folders()).get('drafts') ?? '';
  return user.call(
    [
      'Email/set',
      {
        accountId,
        create: {
          d: {
            mailboxIds: { [drafts]: true },
            keywords: { $draft: true },
            ...from(user),
            subject: 'A subject',
            textBody: [{ partId: '1' }],
            bodyValues: { 1: { value: 'A body.' } },
            ...email,
          },
        },
      },
    ],
    [
      'EmailSubmission/set',
      {
        accountId,
        create: {
          s: {
            identityId: await identityOf(user),
            emailId: '#d',
            'carepost:category': 'clinical',
            ...more.submission,
          },
        },
        ...more.set,
      },
    ],
  );
}

const createdIn = (answer: Json | undefined, key: string) =>
  (answer?.['created'] as Record<string, Json> | null)?.[key];
const refusedIn = (answer: Json | undefined) =>
  (answer?.['notCreated'] as Record<string, Json> | null)?.['s'];

async function inFolder(user: MailUser, role: string): Promise<Json[]> {
  const folder = (await user.folders()).get(role);
  const { ids } = await user.ask('Email/query', { filter: { inMailbox: folder } });
  const { list } = await user.ask('Email/get', {
    ids,
    properties: [
      'subject',
      'to',
      'bcc',
      'keywords',
      'threadId',
      'carepost:direction',
      'carepost:arrival',
      'carepost:category',
    ],
  });
  return list as Json[];
}

test('a draft is sent: what was sent takes its place, and everybody gets it', async () => {
  const { state } = await nurse.ask('Email/get', { ids: [] });
  const [saved, sent] = await send(nurse, {
    to: [
      { name: null, email: 'patient@mail.test' },
      { name: null, email: doctor.email },
    ],
    cc: [{ name: null, email: colleague.email }],
    bcc: [{ name: null, email: 'blind@verified.test' }],
    subject: 'Results',
    'header:Resent-Bcc:asAddresses': [{ name: null, email: 'blind@verified.test' }],
  });
  const draft = createdIn(saved, 'd');
  const submission = createdIn(sent, 's');
  assert.ok(draft && submission, JSON.stringify([saved, sent]));
  assert.notEqual(submission['emailId'], draft['id']);
  const [filed, ...others] = await inFolder(nurse, 'sent');
  assert.equal(others.length, 0);
  assert.deepEqual(
    [
      filed?.['id'],
      filed?.['keywords'],
      filed?.['threadId'],
      filed?.['carepost:direction'],
      filed?.['carepost:category'],
    ],
    [submission['emailId'], { $seen: true }, draft['threadId'], 'outbound', 'clinical'],
  );
  assert.deepEqual(await inFolder(nurse, 'drafts'), []);
  const changes = await nurse.ask('Email/changes', { sinceState: state });
  assert.deepEqual([changes['created'], changes['destroyed']], [[filed?.['id']], []]);

  await stand.settleMail();
  assert.equal((await inFolder(nurse, 'sent')).length, 1, 'the event files nothing twice');
  for (const user of [doctor, colleague]) {
    const [received] = await inFolder(user, 'inbox');
    assert.deepEqual(
      [received?.['subject'], received?.['bcc'], received?.['keywords']],
      ['Results', null, {}],
    );
    assert.equal(received?.['carepost:direction'], 'inbound');
    assert.deepEqual(received['carepost:arrival'], {
      how: 'internal',
      encrypted: true,
      words: 'Stayed on this server',
      sender: null,
    });
  }
  const [mine] = await inFolder(nurse, 'sent');
  assert.deepEqual(mine?.['bcc'], [{ name: null, email: 'blind@verified.test' }], 'the sender knows');
  const [delivered] = stand.lab.inbox.messagesFor('blind@verified.test');
  assert.ok(delivered);
  assert.doesNotMatch(delivered.raw.toString(), /blind@/);
});

test('the journeys of recipients are the deliveryStatus', async () => {
  const [, sent] = await send(nurse, {
    to: [{ email: 'p@mail.test' }, { email: doctor.email }, { email: 'v@verified.test' }],
  });
  const id = createdIn(sent, 's')?.['id'];
  const status = async () => {
    const { list } = await nurse.ask('EmailSubmission/get', { ids: [id] });
    return (list as Json[])[0] ?? {};
  };
  const before = await status();
  assert.equal(before['deliveryStatus'], null);
  assert.deepEqual(before['envelope'], {
    mailFrom: { email: nurse.email, parameters: null },
    rcptTo: ['p@mail.test', doctor.email, 'v@verified.test'].map((email) => ({ email, parameters: null })),
  });
  await stand.settleMail();
  const journeys = (await status())['deliveryStatus'] as Record<string, Json>;
  const seen = Object.entries(journeys).map(([address, each]) => [
    address,
    each['delivered'],
    each['displayed'],
    each['carepost:state'],
  ]);
  assert.deepEqual(seen, [
    ['p@mail.test', 'queued', 'unknown', 'notified'],
    [doctor.email, 'yes', 'unknown', 'delivered'],
    ['v@verified.test', 'yes', 'unknown', 'delivered'],
  ]);
  assert.deepEqual((await status())['undoStatus'], 'final');
});

test('what a client does to the sent draft is done to what was sent', async () => {
  const folder = await nurse.ask('Mailbox/set', { create: { f: { name: 'Sent results' } } });
  const folderId = String(createdIn(folder, 'f')?.['id']);
  const drafts = (await nurse.folders()).get('drafts') ?? '';
  const answers = await send(
    nurse,
    { to: [{ email: 'x@verified.test' }] },
    {
      set: {
        onSuccessUpdateEmail: {
          '#s': {
            [`mailboxIds/${drafts}`]: null,
            [`mailboxIds/${folderId}`]: true,
            'keywords/$draft': null,
            'keywords/important': true,
          },
        },
      },
    },
  );
  const [saved, sent, implicit] = answers;
  assert.equal(answers.length, 3);
  assert.deepEqual(Object.keys(implicit?.['updated'] as Json), [createdIn(saved, 'd')?.['id']]);
  await stand.settleMail();
  const { list } = await nurse.ask('Email/get', {
    ids: [createdIn(sent, 's')?.['emailId']],
    properties: ['mailboxIds', 'keywords'],
  });
  assert.deepEqual(list, [
    {
      id: createdIn(sent, 's')?.['emailId'],
      mailboxIds: { [folderId]: true },
      keywords: { $seen: true, important: true },
    },
  ]);
});

test('a client that has the draft destroyed is told so, and a copy stays under Sent', async () => {
  const before = (await inFolder(nurse, 'sent')).length;
  const [saved, , implicit] = await send(
    nurse,
    { to: [{ email: 'x@verified.test' }] },
    { set: { onSuccessDestroyEmail: ['#s'] } },
  );
  assert.deepEqual(implicit?.['destroyed'], [createdIn(saved, 'd')?.['id']]);
  assert.equal((await inFolder(nurse, 'sent')).length, before + 1);
});

test('mail to oneself is in Sent and, unread, in the inbox, and is one email', async () => {
  const [, sent] = await send(doctor, { to: [{ email: doctor.email }], subject: 'Note to self' });
  await stand.settleMail();
  const { list } = await doctor.ask('Email/get', {
    ids: [createdIn(sent, 's')?.['emailId']],
    properties: ['mailboxIds', 'keywords'],
  });
  const folders = await doctor.folders();
  const [email] = list as { mailboxIds: Json; keywords: Json }[];
  assert.deepEqual(
    new Set(Object.keys(email?.mailboxIds ?? {})),
    new Set([folders.get('inbox'), folders.get('sent')]),
  );
  assert.deepEqual(email?.keywords, {});
});

test('what is sent by other channels is filed under Sent as well', async () => {
  const messageId = await stand.send({
    organization: clinic,
    from: nurse,
    to: ['x@verified.test'],
    subject: 'By REST',
  });
  await stand.settleMail();
  const filed = (await inFolder(nurse, 'sent')).find((email) => email['id'] === messageId);
  assert.equal(filed?.['subject'], 'By REST');
  assert.deepEqual((await nurse.ask('EmailSubmission/get', { ids: [messageId] }))['notFound'], [messageId]);
});

test('a report of what failed is in the inbox of who sent it', async () => {
  await send(nurse, { to: [{ email: 'nobody@hard.test' }] });
  await stand.settleMail();
  const reports = (await inFolder(nurse, 'inbox')).filter(
    (email) => email['carepost:direction'] === 'system',
  );
  assert.equal(reports.length, 1);
  assert.deepEqual((reports[0]?.['carepost:arrival'] as Json | undefined)?.['how'], 'system');
});

test('asked twice for one draft, it is sent once', async () => {
  const drafts = (await nurse.folders()).get('drafts') ?? '';
  const { created } = await nurse.ask('Email/set', {
    create: {
      d: {
        mailboxIds: { [drafts]: true },
        keywords: { $draft: true },
        ...from(nurse),
        to: [{ email: 'twice@verified.test' }],
        subject: 'Once',
      },
    },
  });
  const emailId = (created as Record<string, { id: string }>)['d']?.id;
  const identityId = await identityOf(nurse);
  const submission = { identityId, emailId, 'carepost:category': 'clinical' };
  const answers = await Promise.all(
    [1, 2, 3].map(() => nurse.ask('EmailSubmission/set', { create: { s: submission } })),
  );
  const ids = new Set(
    answers.map((answer) => createdIn(answer, 's')?.['id']).filter((id) => id !== undefined),
  );
  assert.equal(ids.size, 1);
  await stand.settleMail();
  assert.equal(stand.lab.inbox.messagesFor('twice@verified.test').length, 1);
  assert.equal((await inFolder(nurse, 'sent')).filter((email) => email['subject'] === 'Once').length, 1);
});

test('what may not be sent is refused with the reason, and the draft stays', async () => {
  const to = [{ email: 'x@verified.test' }];
  const cases: [Json, Json, string][] = [
    [{ to: [] }, {}, 'noRecipients'],
    [{ to: [{ email: 'half-writ' }] }, {}, 'invalidRecipients'],
    [{ to, from: [{ email: doctor.email }] }, {}, 'forbiddenFrom'],
    [{ to, from: [] }, {}, 'invalidEmail'],
    [{ to }, { envelope: { mailFrom: { email: doctor.email }, rcptTo: to } }, 'forbiddenMailFrom'],
    [
      { to },
      { envelope: { mailFrom: { email: nurse.email, parameters: { HOLDFOR: '60' } }, rcptTo: to } },
      'invalidProperties',
    ],
    [{ to }, { identityId: await identityOf(doctor) }, 'invalidProperties'],
    [{ to }, { emailId: crypto.randomUUID() }, 'invalidProperties'],
    [{ to }, { 'carepost:category': 'billing' }, 'forbiddenToSend'],
    [{ to }, { 'carepost:category': 'nonsense' }, 'invalidProperties'],
    [{ to }, { 'carepost:options': { expiresInDays: 0 } }, 'invalidProperties'],
    [{ to }, { sendAt: '2030-01-01T00:00:00Z' }, 'invalidProperties'],
  ];
  const before = (await inFolder(nurse, 'drafts')).length;
  for (const [email, submission, type] of cases) {
    const [, sent] = await send(nurse, email, { submission });
    assert.equal(refusedIn(sent)?.['type'], type, JSON.stringify([email, submission, sent]));
  }
  assert.equal((await inFolder(nurse, 'drafts')).length, before + cases.length);
});

test('each recipient needs the right that it asks for, and one of the two is enough to send', async () => {
  const file = ['message.read', 'message.file'] as const;
  const courier = await stand.newUser(clinic, 'courier', new Set([...file, 'message.send.external']));
  const clerk = await stand.newUser(clinic, 'clerk', new Set(file));
  const out = [{ email: 'x@verified.test' }];
  const [, sent] = await send(courier, { to: out });
  assert.ok(createdIn(sent, 's'), JSON.stringify(sent));
  const [, inside] = await send(courier, { to: [...out, { email: doctor.email }] });
  assert.equal(refusedIn(inside)?.['type'], 'forbiddenToSend');
  assert.match(String(refusedIn(inside)?.['description']), /message\.send\.internal/);
  const [, neither] = await send(clerk, { to: out });
  assert.equal(refusedIn(neither)?.['type'], 'forbiddenToSend');
});

test('what was received or sent is not sent again as it stands', async () => {
  const received = await nurse.receive();
  const identityId = await identityOf(nurse);
  const answer = await nurse.ask('EmailSubmission/set', { create: { s: { identityId, emailId: received } } });
  assert.equal(refusedIn(answer)?.['type'], 'invalidEmail');
});

test('an envelope of the client decides who gets it; whom no field names is a blind copy', async () => {
  const envelope = { mailFrom: { email: nurse.email }, rcptTo: [{ email: 'only@verified.test' }] };
  const [, sent] = await send(
    nurse,
    { to: [{ email: 'named@verified.test' }] },
    { submission: { envelope } },
  );
  await stand.settleMail();
  const journeys = await stand.timeline(
    nurse.organizationId,
    createdIn(sent, 's')?.['id'] as Parameters<typeof stand.timeline>[1],
  );
  assert.deepEqual(
    journeys.map(({ address, kind }) => [address, kind]),
    [['only@verified.test', 'bcc']],
  );
});

test('options go along', async () => {
  const [, sent] = await send(
    nurse,
    { to: [{ email: 'o@verified.test' }] },
    { submission: { 'carepost:options': { protection: 'portal' } } },
  );
  await stand.settleMail();
  const [journey] = await stand.timeline(
    nurse.organizationId,
    createdIn(sent, 's')?.['id'] as Parameters<typeof stand.timeline>[1],
  );
  assert.equal(journey?.protection, 'portal');
});

test('what was sent cannot be unsent; its record can go', async () => {
  const [, sent] = await send(nurse, { to: [{ email: 'x@verified.test' }] });
  const id = String(createdIn(sent, 's')?.['id']);
  const { state } = await nurse.ask('EmailSubmission/get', { ids: [] });
  const canceled = await nurse.ask('EmailSubmission/set', { update: { [id]: { undoStatus: 'canceled' } } });
  assert.deepEqual(canceled['notUpdated'], { [id]: { type: 'cannotUnsend' } });
  assert.deepEqual((await nurse.ask('EmailSubmission/set', { destroy: [id] }))['destroyed'], [id]);
  assert.deepEqual((await nurse.ask('EmailSubmission/changes', { sinceState: state }))['destroyed'], [id]);
  assert.equal(
    (await inFolder(nurse, 'sent')).some((email) => email['id'] === id),
    true,
  );
});

test('the footer of the organisation is in what was sent, for the sender and the recipient, and not in the draft', async () => {
  const change = (footer: string) =>
    stand.organizations.change({
      organizationId: clinic.organizationId,
      change: { settings: { footer } },
      actor: { kind: 'user', userId: clinic.administratorId },
    });
  await change('Only for you');
  const answers = await send(nurse, { to: [{ email: 'footed@verified.test' }] });
  await change('');
  await stand.settleMail();
  const [arrived] = stand.lab.inbox.messagesFor('footed@verified.test');
  assert.match(arrived?.raw.toString() ?? '', /A body\.\r\n\r\nOnly for you/);
  const sent = createdIn(answers[1], 's')?.['carepost:messageId'] ?? createdIn(answers[1], 's')?.['emailId'];
  const { list } = await nurse.ask('Email/get', {
    ids: [sent],
    properties: ['bodyValues', 'textBody'],
    fetchTextBodyValues: true,
  });
  assert.match(JSON.stringify(list), /Only for you/);
});
