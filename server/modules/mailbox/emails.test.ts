import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailStand } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');
const folders = await nurse.folders();
const drafts = folders.get('drafts') ?? '';

type Json = Record<string, unknown>;
const draft = (more: Json = {}): Json => ({
  mailboxIds: { [drafts]: true },
  keywords: { $draft: true, $seen: true },
  ...more,
});

async function get(id: string, args: Json): Promise<Json> {
  const { list, notFound } = await nurse.ask('Email/get', { ids: [id], ...args });
  assert.deepEqual(notFound, []);
  return (list as Json[])[0] ?? {};
}

async function save(object: Json): Promise<{ id: string; blobId: string; threadId: string; size: number }> {
  const { created, notCreated } = await nurse.ask('Email/set', { create: { k: object } });
  assert.equal(notCreated, null);
  return (created as { k: { id: string; blobId: string; threadId: string; size: number } }).k;
}

async function refusalOf(object: Json): Promise<Json> {
  const { notCreated } = await nurse.ask('Email/set', { create: { k: object } });
  return ((notCreated ?? {}) as { k?: Json }).k ?? {};
}

async function upload(
  content: string | Buffer,
  type: string,
): Promise<{ blobId: string; size: number; type: string }> {
  const response = await fetch(`${stand.url}/jmap/upload/${nurse.userId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${nurse.token}`, 'content-type': type },
    body: content,
  });
  assert.equal(response.status, 201);
  return (await response.json()) as { blobId: string; size: number; type: string };
}

async function download(blobId: string): Promise<Buffer> {
  const response = await fetch(`${stand.url}/jmap/download/${nurse.userId}/${blobId}/file`, {
    headers: { authorization: `Bearer ${nurse.token}` },
  });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

test('the original HTML is given as it is, and ours is safe to show', async () => {
  const html = '<p onclick="x()">Hello</p><script>alert(1)</script><img src="https://tracker.test/a.png">';
  const id = await nurse.receive({ html, text: 'Hello' });
  const email = await get(id, {
    properties: ['htmlBody', 'textBody', 'bodyValues', 'carepost:safeHtml', 'carepost:blockedRemote'],
    bodyProperties: ['partId', 'type'],
    fetchHTMLBodyValues: true,
  });
  assert.deepEqual(email['textBody'], [{ partId: '1', type: 'text/plain' }]);
  assert.deepEqual(email['htmlBody'], [{ partId: '2', type: 'text/html' }]);
  const values = email['bodyValues'] as Record<string, { value: string }>;
  assert.deepEqual(Object.keys(values), ['2']);
  assert.equal(values['2']?.value.trim(), html);
  assert.equal(email['carepost:blockedRemote'], 1);
  assert.match(String(email['carepost:safeHtml']), /Hello/);
  assert.doesNotMatch(String(email['carepost:safeHtml']), /script|onclick| src="https/);
});

test('structure, parts and attachments can be read and taken out', async () => {
  const content = Buffer.from([0, 255, 1, 254]);
  const id = await nurse.receive({
    text: 'See the scan',
    attachments: [{ filename: 'Überblick.pdf', contentType: 'application/pdf', content }],
  });
  const email = await get(id, {
    properties: ['bodyStructure', 'attachments', 'hasAttachment', 'blobId', 'size'],
  });
  const structure = email['bodyStructure'] as { type: string; partId: null; subParts: { type: string }[] };
  assert.deepEqual([structure.type, structure.partId], ['multipart/mixed', null]);
  assert.deepEqual(
    structure.subParts.map(({ type }) => type),
    ['text/plain', 'application/pdf'],
  );
  const [attachment] = email['attachments'] as {
    name: string;
    size: number;
    blobId: string;
    disposition: string;
  }[];
  assert.deepEqual(
    [attachment?.name, attachment?.size, attachment?.disposition],
    ['Überblick.pdf', 4, 'attachment'],
  );
  assert.deepEqual(await download(attachment?.blobId ?? ''), content);
  assert.equal((await download(String(email['blobId']))).length, email['size']);
});

test('header fields are there in every form of RFC 8621 §4.1.2', async () => {
  const raw = Buffer.from(
    [
      'From: "A" <a@outside.test>',
      'To: b@clinic.test',
      'Subject: =?utf-8?Q?caf=C3=A9?=',
      'Date: Thu, 30 Oct 2014 14:12:00 +0800',
      'Message-ID: <m@outside.test>',
      'References: <x@outside.test>',
      'List-Post: <mailto:l@outside.test>',
      'X-Two: 1',
      'X-Two: 2',
      '',
      'body',
    ].join('\r\n'),
  );
  const id = await nurse.receive({ raw });
  const asked = [
    'messageId',
    'references',
    'inReplyTo',
    'sentAt',
    'subject',
    'replyTo',
    'bcc',
    'header:List-Post:asURLs',
    'header:X-Two:asText:all',
    'header:from',
    'header:None',
  ];
  const { id: _, ...email } = await get(id, { properties: asked });
  assert.deepEqual(email, {
    messageId: ['m@outside.test'],
    references: ['x@outside.test'],
    inReplyTo: null,
    sentAt: '2014-10-30T14:12:00+08:00',
    subject: 'café',
    replyTo: null,
    bcc: null,
    'header:List-Post:asURLs': ['mailto:l@outside.test'],
    'header:X-Two:asText:all': ['1', '2'],
    'header:from': ' "A" <a@outside.test>',
    'header:None': null,
  });
});

test('all default properties are answered', async () => {
  const id = await nurse.receive();
  const { list } = await nurse.ask('Email/get', { ids: [id] });
  assert.deepEqual(Object.keys((list as Json[])[0] ?? {}).toSorted(), [
    'attachments',
    'bcc',
    'blobId',
    'bodyValues',
    'cc',
    'from',
    'hasAttachment',
    'htmlBody',
    'id',
    'inReplyTo',
    'keywords',
    'mailboxIds',
    'messageId',
    'preview',
    'receivedAt',
    'references',
    'replyTo',
    'sender',
    'sentAt',
    'size',
    'subject',
    'textBody',
    'threadId',
    'to',
  ]);
});

test('a draft holds what was written, files included, and can be read back', async () => {
  const file = await upload('%PDF-1.7', 'application/pdf');
  assert.deepEqual([file.type, file.size], ['application/pdf', 8]);
  const { id, size } = await save(
    draft({
      from: [{ name: 'Nurse', email: nurse.email }],
      to: [{ name: 'Zoë', email: 'zoe@outside.test' }, { email: 'half-writ' }],
      bcc: [{ email: 'blind@outside.test' }],
      subject: 'Entwurf für morgen',
      textBody: [{ partId: 't', type: 'text/plain' }],
      htmlBody: [{ partId: 'h', type: 'text/html' }],
      bodyValues: { t: { value: 'Grüße' }, h: { value: '<p>Grüße</p>' } },
      attachments: [
        { blobId: file.blobId, name: 'plan.pdf', type: 'application/pdf', disposition: 'attachment' },
      ],
      'carepost:category': 'clinical',
    }),
  );
  const email = await get(id, {
    properties: [
      'to',
      'bcc',
      'subject',
      'keywords',
      'bodyValues',
      'attachments',
      'size',
      'carepost:category',
      'carepost:direction',
    ],
    fetchAllBodyValues: true,
  });
  assert.deepEqual(email['to'], [
    { name: 'Zoë', email: 'zoe@outside.test' },
    { name: null, email: 'half-writ' },
  ]);
  assert.deepEqual(email['bcc'], [{ name: null, email: 'blind@outside.test' }]);
  assert.deepEqual(
    [email['subject'], email['size'], email['carepost:category'], email['carepost:direction']],
    ['Entwurf für morgen', size, 'clinical', 'draft'],
  );
  assert.deepEqual(
    Object.values(email['bodyValues'] as Record<string, { value: string }>).map(({ value }) => value),
    ['Grüße', '<p>Grüße</p>'],
  );
  const [attachment] = email['attachments'] as { blobId: string; name: string }[];
  assert.equal((await download(attachment?.blobId ?? '')).toString(), '%PDF-1.7');

  // Saving again: a new message with the file of the old one, which ends.
  const again = await nurse.ask('Email/set', {
    create: {
      k: draft({ subject: 'Again', attachments: [{ blobId: attachment?.blobId, name: 'plan.pdf' }] }),
    },
    destroy: [id],
  });
  assert.deepEqual(again['destroyed'], [id]);
  const next = (again['created'] as { k: { id: string } }).k.id;
  const [copy] = (await get(next, { properties: ['attachments'] }))['attachments'] as { blobId: string }[];
  assert.equal((await download(copy?.blobId ?? '')).toString(), '%PDF-1.7');
  assert.deepEqual((await nurse.ask('Email/get', { ids: [id] }))['notFound'], [id]);
  const superseded = stand.recorded.filter(
    ({ kind, subject }) => kind.includes('destroy') && subject?.id === id,
  );
  assert.equal(superseded.length, 2, 'gone from the mailbox, and its content ended');
});

test('a reply to a message is in its thread', async () => {
  const id = await nurse.receive({ messageIdField: 'question@outside.test' });
  const { threadId } = await get(id, { properties: ['threadId'] });
  const reply = await save(
    draft({
      inReplyTo: ['question@outside.test'],
      references: ['question@outside.test'],
      subject: 'Re: A subject',
    }),
  );
  assert.equal(reply.threadId, threadId);
  const { list } = await nurse.ask('Thread/get', { ids: [threadId] });
  assert.deepEqual(list, [{ id: threadId, emailIds: [id, reply.id] }]);
});

test('what cannot be created is refused with the reason', async () => {
  assert.deepEqual(await refusalOf({ keywords: { $draft: true } }), {
    type: 'invalidProperties',
    properties: ['mailboxIds'],
    description: 'An email is in one mailbox at least.',
  });
  assert.deepEqual((await refusalOf({ ...draft(), keywords: {} }))['properties'], ['keywords']);
  assert.deepEqual(
    (await refusalOf({ ...draft(), mailboxIds: { [crypto.randomUUID()]: true } }))['properties'],
    ['mailboxIds'],
  );
  assert.deepEqual((await refusalOf(draft({ subject: 'a\r\nBcc: x@y.test' })))['properties'], ['subject']);
  assert.deepEqual((await refusalOf(draft({ 'carepost:category': 'nonsense' })))['properties'], [
    'carepost:category',
  ]);
  assert.deepEqual((await refusalOf(draft({ preview: 'x' })))['properties'], ['preview']);
  const missing = `U-${crypto.randomUUID()}`;
  assert.deepEqual(await refusalOf(draft({ attachments: [{ blobId: missing }] })), {
    type: 'blobNotFound',
    notFound: [missing],
  });
});

test('a message too large for the organisation is refused', async () => {
  const big = await upload(Buffer.alloc(20 * 1024 * 1024), 'application/octet-stream');
  const attachments = [{ blobId: big.blobId, name: 'big' }];
  assert.equal(
    (await refusalOf(draft({ attachments })))['type'],
    'tooLarge',
    'base64 makes it larger than 25 MiB',
  );
});

test('keywords and folders change by patch, everything else stays as it is', async () => {
  const id = await nurse.receive();
  const inbox = folders.get('inbox') ?? '';
  const trash = folders.get('trash') ?? '';
  const set = async (patch: Json) => {
    const { updated, notUpdated } = await nurse.ask('Email/set', { update: { [id]: patch } });
    return updated === null ? ((notUpdated as Record<string, Json>)[id] ?? null) : null;
  };
  const now = async () => get(id, { properties: ['keywords', 'mailboxIds'] });
  assert.equal(await set({ 'keywords/$seen': true, 'keywords/Follow-Up': true }), null);
  assert.deepEqual((await now())['keywords'], { $seen: true, 'follow-up': true });
  assert.equal(await set({ [`mailboxIds/${inbox}`]: null, [`mailboxIds/${trash}`]: true }), null);
  assert.deepEqual((await now())['mailboxIds'], { [trash]: true });
  assert.equal(await set({ keywords: { $flagged: true }, mailboxIds: { [inbox]: true } }), null);
  assert.deepEqual(await now(), { id, keywords: { $flagged: true }, mailboxIds: { [inbox]: true } });

  assert.equal((await set({ [`mailboxIds/${inbox}`]: null }))?.['type'], 'invalidProperties');
  assert.equal((await set({ 'keywords/a b': true }))?.['type'], 'invalidProperties');
  assert.equal((await set({ 'keywords/$seen': false }))?.['type'], 'invalidProperties');
  assert.deepEqual((await set({ subject: 'x' }))?.['properties'], ['subject']);
  assert.equal((await set({ 'subject/x': 1 }))?.['type'], 'invalidPatch');
  assert.deepEqual(await now(), { id, keywords: { $flagged: true }, mailboxIds: { [inbox]: true } });
});

test('creation ids carry from call to call', async () => {
  const accountId = nurse.userId;
  const [folder, email, read] = await nurse.call(
    ['Mailbox/set', { accountId, create: { f: { name: 'Made at once' } } }],
    ['Email/set', { accountId, create: { e: { mailboxIds: { '#f': true }, keywords: { $draft: true } } } }],
    ['Email/get', { accountId, ids: ['#e'], properties: ['mailboxIds'] }],
  );
  assert.ok(folder && email?.['created'] && read);
  const folderId = (folder['created'] as { f: { id: string } }).f.id;
  assert.deepEqual((read['list'] as Json[])[0]?.['mailboxIds'], { [folderId]: true });
});

test('the state must be the one that the client thinks', async () => {
  assert.equal((await nurse.ask('Email/set', { ifInState: '0', destroy: [] }))['type'], 'stateMismatch');
  const { state } = await nurse.ask('Email/get', { ids: [] });
  assert.equal((await nurse.ask('Email/set', { ifInState: state, destroy: [] }))['newState'], state);
});

test('a message that cannot be parsed, or whose content was destroyed, is still there', async () => {
  const odd = await nurse.receive({
    raw: Buffer.from('Subject: odd\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--y\r\n\r\n\xff'),
  });
  assert.deepEqual((await get(odd, { properties: ['textBody', 'subject'] }))['textBody'], []);
  const gone = await nurse.receive({ subject: 'Secret' });
  await stand.database.inTenant(nurse.organizationId, (tx) =>
    stand.messages.destroyContent(tx, gone, { because: 'erased', actor: { kind: 'system', part: 'test' } }),
  );
  const email = await get(gone, {
    properties: ['subject', 'preview', 'bodyValues', 'carepost:safeHtml', 'carepost:destroyed'],
    fetchAllBodyValues: true,
  });
  assert.deepEqual(
    [email['subject'], email['preview'], email['carepost:safeHtml'], email['carepost:destroyed']],
    [null, '', null, true],
  );
});

test('reads are recorded once an hour for each reader and depth', async () => {
  const id = await nurse.receive();
  const recorded = () =>
    stand.recorded
      .filter(({ kind, subject, fields }) =>
        ['message.read', 'message.downloaded'].includes(kind)
          ? subject?.id === id
          : kind === 'message.listed' && JSON.stringify(fields).includes(id),
      )
      .map(({ kind }) => kind);
  await get(id, { properties: ['keywords', 'mailboxIds'] });
  assert.deepEqual(recorded(), []);
  for (let i = 0; i < 3; i += 1) await get(id, { properties: ['subject'] });
  assert.deepEqual(recorded(), ['message.listed']);
  for (let i = 0; i < 3; i += 1) await get(id, { properties: ['bodyValues'], fetchTextBodyValues: true });
  await download(`M-${id}`);
  await download(`M-${id}`);
  assert.deepEqual(recorded(), ['message.listed', 'message.read', 'message.downloaded']);
  stand.clock.advance(3_600_000);
  await get(id, { properties: ['carepost:safeHtml'] });
  assert.deepEqual(recorded(), ['message.listed', 'message.read', 'message.downloaded', 'message.read']);
});

test('changes are recorded', async () => {
  const id = await nurse.receive();
  await nurse.ask('Email/set', { update: { [id]: { 'keywords/$flagged': true } } });
  await nurse.ask('Email/set', { destroy: [id] });
  const kinds = stand.recorded
    .filter(({ subject, fields }) => subject?.id === id || [fields?.['messageIds']].flat().includes(id))
    .map(({ kind }) => kind);
  assert.deepEqual(kinds, ['mailbox.messages-placed', 'mailbox.email-changed', 'mailbox.email-destroyed']);
});
