import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { mailStand, type MailUser } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const elsewhere = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');
const doctor = await stand.newUser(clinic, 'doctor');
const stranger = await stand.newUser(elsewhere, 'stranger');

type Json = Record<string, unknown>;

function request(user: MailUser | null, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = {
    ...(user !== null && { authorization: `Bearer ${user.token}` }),
    ...(init.headers as Record<string, string>),
  };
  return fetch(`${stand.url}${path}`, { ...init, headers });
}

async function post(
  body: string,
  type = 'application/json',
  user: MailUser | null = nurse,
): Promise<{ status: number; type: string; body: Json }> {
  const response = await request(user, '/jmap/api', {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  return {
    status: response.status,
    type: (response.headers.get('content-type') ?? '').split(';')[0] ?? '',
    body: (await response.json()) as Json,
  };
}

async function upload(
  user: MailUser,
  body: NonNullable<RequestInit['body']>,
  type?: string,
): Promise<Response> {
  return request(user, `/jmap/upload/${user.userId}`, {
    method: 'POST',
    body,
    ...(type !== undefined && { headers: { 'content-type': type } }),
  });
}

test('the session says where everything is', async () => {
  const session = (await (await request(nurse, '/.well-known/jmap')).json()) as Json;
  assert.equal(session['username'], nurse.email);
  assert.equal(session['apiUrl'], `${stand.url}/jmap/api`);
  const accounts = session['accounts'] as Record<
    string,
    { name: string; isPersonal: boolean; accountCapabilities: Json }
  >;
  assert.deepEqual(Object.keys(accounts), [nurse.userId]);
  assert.deepEqual(Object.keys(accounts[nurse.userId]?.accountCapabilities ?? {}), [
    'urn:ietf:params:jmap:mail',
    'urn:ietf:params:jmap:submission',
    'urn:carepost:mail',
  ]);
  assert.equal((session['primaryAccounts'] as Json)['urn:ietf:params:jmap:mail'], nurse.userId);
  for (const template of ['downloadUrl', 'uploadUrl', 'eventSourceUrl'])
    assert.match(String(session[template]), /\{\w+\}/);
  const core = (session['capabilities'] as Record<string, Json>)['urn:ietf:params:jmap:core'];
  assert.ok(Number(core?.['maxObjectsInGet']) >= 500 && Array.isArray(core?.['collationAlgorithms']));
});

test('the session state is in every response and stays while nothing changes', async () => {
  const session = (await (await request(nurse, '/.well-known/jmap')).json()) as Json;
  const { body } = await post(
    JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls: [['Core/echo', { a: 1 }, 'c']] }),
  );
  assert.deepEqual(body, { methodResponses: [['Core/echo', { a: 1 }, 'c']], sessionState: session['state'] });
});

test('nothing without signing in', async () => {
  for (const path of [
    '/.well-known/jmap',
    '/jmap/eventsource',
    `/jmap/download/${nurse.userId}/M-${crypto.randomUUID()}/x`,
  ]) {
    assert.equal((await request(null, path)).status, 401, path);
  }
  assert.equal((await post('{}', 'application/json', null)).status, 401);
});

test('a request that is none is refused in the terms of RFC 8620 §3.6.1', async () => {
  const cases: [string, string, string][] = [
    ['{', 'application/json', 'notJSON'],
    ['{}', 'text/plain', 'notJSON'],
    ['[]', 'application/json', 'notRequest'],
    ['{"using":["urn:nobody"],"methodCalls":[]}', 'application/json', 'unknownCapability'],
    [
      JSON.stringify({ using: [], methodCalls: Array.from({ length: 33 }, () => ['Core/echo', {}, 'c']) }),
      'application/json',
      'limit',
    ],
    [
      JSON.stringify({ using: [], methodCalls: [['x'.repeat(10_000_000), {}, 'c']] }),
      'application/json',
      'limit',
    ],
  ];
  for (const [body, type, error] of cases) {
    const refused = await post(body, type);
    assert.deepEqual(
      [refused.status, refused.type, refused.body['type']],
      [400, 'application/problem+json', `urn:ietf:params:jmap:error:${error}`],
      body.slice(0, 60),
    );
  }
});

test('properties of ours are for those who ask for the capability, methods for those who name theirs', async () => {
  const call = ['Email/get', { accountId: nurse.userId, ids: [] }, 'c'];
  const { body } = await post(JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls: [call] }));
  assert.deepEqual(body['methodResponses'], [['error', { type: 'unknownMethod' }, 'c']]);
});

test('a file can be handed in and taken out, small and large, and lies sealed', async () => {
  for (const size of [0, 5, 128 * 1024, 128 * 1024 + 1, 3 * 1024 * 1024]) {
    const content = Buffer.alloc(size, 'planted-attachment-text ');
    const response = await upload(nurse, content, 'text/plain; charset=utf-8');
    assert.equal(response.status, 201);
    const handedIn = (await response.json()) as {
      blobId: string;
      size: number;
      type: string;
      accountId: string;
    };
    assert.deepEqual([handedIn.size, handedIn.type, handedIn.accountId], [size, 'text/plain', nurse.userId]);
    const taken = await request(
      nurse,
      `/jmap/download/${nurse.userId}/${handedIn.blobId}/${encodeURIComponent('a "b".txt')}?type=text/plain`,
    );
    assert.ok(Buffer.from(await taken.arrayBuffer()).equals(content));
    assert.equal(taken.headers.get('content-type'), 'text/plain');
    assert.match(
      taken.headers.get('content-disposition') ?? '',
      /^attachment; filename\*=UTF-8''a%20%22b%22\.txt$/,
    );
    assert.match(taken.headers.get('content-security-policy') ?? '', /sandbox/);
    assert.equal(taken.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(taken.headers.get('cache-control'), 'no-store');
  }
});

test('a file that is too large is refused, and nothing of it stays', async () => {
  const before = await readdir(stand.blobFolder, { recursive: true });
  const response = await upload(nurse, Buffer.alloc(25 * 1024 * 1024 + 1), 'a/b');
  assert.equal(response.status, 413);
  const untold = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 26; i += 1) controller.enqueue(new Uint8Array(1024 * 1024));
      controller.close();
    },
  });
  const streamed = await request(nurse, `/jmap/upload/${nurse.userId}`, {
    method: 'POST',
    body: untold,
    duplex: 'half',
  });
  assert.equal(streamed.status, 413);
  assert.equal(((await streamed.json()) as Json)['limit'], 'maxSizeUpload');
  assert.deepEqual(
    (await readdir(stand.blobFolder, { recursive: true })).filter((name) => /[0-9a-f-]{36}$/.test(name))
      .length,
    before.filter((name) => /[0-9a-f-]{36}$/.test(name)).length,
  );
});

test('a file that no message holds goes after a day, also one whose upload broke off', async () => {
  const { blobId } = (await (await upload(nurse, Buffer.alloc(1024 * 1024), 'a/b')).json()) as {
    blobId: string;
  };
  const broken = connect(Number(new URL(stand.url).port), '127.0.0.1');
  broken.write(
    `POST /jmap/upload/${nurse.userId} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${nurse.token}\r\nContent-Type: a/b\r\nContent-Length: 2000000\r\n\r\n${'x'.repeat(400_000)}`,
  );
  await once(broken, 'connect');
  broken.destroy();
  stand.clock.advance(24 * 3_600_000);
  assert.equal((await request(nurse, `/jmap/download/${nurse.userId}/${blobId}/x`)).status, 404);
  for (const loop of stand.mailbox.loops) await loop.runUntilIdle();
  const left = (await readdir(stand.blobFolder, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('.incoming'),
  );
  assert.deepEqual(left, []);
});

test('another’s account, of whichever organisation, is not there', async () => {
  const messageId = await nurse.receive({ subject: 'Private' });
  const { blobId } = (await (await upload(nurse, 'mine', 'text/plain')).json()) as { blobId: string };
  const folder = (await nurse.folders()).get('inbox');
  for (const other of [doctor, stranger]) {
    for (const method of [
      'Mailbox/get',
      'Email/get',
      'Email/query',
      'Email/set',
      'Mailbox/set',
      'Thread/get',
      'Identity/get',
      'EmailSubmission/get',
      'EmailSubmission/set',
    ]) {
      const [answer] = await other.call([
        method,
        { accountId: nurse.userId, ...(method.endsWith('/get') && { ids: [messageId] }) },
      ]);
      assert.equal(answer?.['type'], 'accountNotFound', method);
    }
    for (const method of ['Email', 'Mailbox', 'Thread', 'EmailSubmission']) {
      const [answer] = await other.call([`${method}/changes`, { accountId: nurse.userId, sinceState: '0' }]);
      assert.equal(answer?.['type'], 'accountNotFound', method);
    }
    assert.deepEqual((await other.ask('Email/get', { ids: [messageId] }))['notFound'], [messageId]);
    assert.deepEqual((await other.ask('Email/query', { filter: { inMailbox: folder } }))['ids'], []);
    assert.deepEqual(
      Object.keys(
        (
          await other.ask('Email/set', {
            update: { [messageId]: { 'keywords/$seen': true } },
            destroy: [messageId],
          })
        )['notDestroyed'] as Json,
      ),
      [messageId],
    );
    const drafts = (await other.folders()).get('drafts') ?? '';
    for (const taken of [blobId, `M-${messageId}`, `P-${messageId}-1`]) {
      assert.equal((await request(other, `/jmap/download/${other.userId}/${taken}/x`)).status, 404);
      assert.equal((await request(other, `/jmap/download/${nurse.userId}/${taken}/x`)).status, 404);
      const { notCreated } = await other.ask('Email/set', {
        create: {
          k: { mailboxIds: { [drafts]: true }, keywords: { $draft: true }, attachments: [{ blobId: taken }] },
        },
      });
      assert.equal(((notCreated as Record<string, Json>)['k'] ?? {})['type'], 'blobNotFound');
    }
    const { notCreated } = await other.ask('Email/set', {
      create: { k: { mailboxIds: { [folder ?? '']: true }, keywords: { $draft: true } } },
    });
    assert.deepEqual(((notCreated as Record<string, Json>)['k'] ?? {})['properties'], ['mailboxIds']);
    assert.equal(
      (await request(other, `/jmap/upload/${nurse.userId}`, { method: 'POST', body: 'x' })).status,
      404,
    );
  }
  assert.deepEqual(
    ((await nurse.ask('Email/get', { ids: [messageId], properties: ['keywords'] }))['list'] as Json[])[0]?.[
      'keywords'
    ],
    {},
  );
});

test('ids that are none are not found', async () => {
  const odd = ['x', 'M-x', '00000000-0000-0000-0000-000000000000', 'a'.repeat(255)];
  assert.deepEqual((await nurse.ask('Email/get', { ids: odd }))['notFound'], odd);
  assert.deepEqual((await nurse.ask('Thread/get', { ids: odd }))['notFound'], odd);
  assert.deepEqual((await nurse.ask('Mailbox/get', { ids: odd }))['notFound'], odd);
  for (const blobId of [...odd, `P-${crypto.randomUUID()}-99`, `P-${crypto.randomUUID()}-0`]) {
    assert.equal((await request(nurse, `/jmap/download/${nurse.userId}/${blobId}/x`)).status, 404, blobId);
  }
});

interface Event {
  readonly event: string;
  readonly data: { changed?: Record<string, Record<string, string>>; interval?: number };
}

async function* events(user: MailUser, query: string, signal: AbortSignal): AsyncGenerator<Event> {
  const response = await request(user, `/jmap/eventsource?${query}`, { signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.ok(response.body);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(': ', 2) as [string, string]),
      );
      text = text.slice(end + 2);
      yield {
        event: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? '{}') as Event['data'],
      };
    }
  }
}

test('an open connection is told of changes as they happen, and of nobody else’s', async () => {
  await nurse.folders();
  await doctor.folders();
  for (const loop of stand.mailbox.loops) loop.start();
  const end = new AbortController();
  const stream = events(nurse, 'types=Email,Mailbox&closeafter=no&ping=0', end.signal);
  assert.equal((await stream.next()).value?.event, 'ping');
  const first = (await stream.next()).value as Event;
  assert.deepEqual(Object.keys(first.data.changed?.[nurse.userId] ?? {}), ['Mailbox', 'Email']);
  await doctor.receive();
  await nurse.receive();
  const second = (await stream.next()).value as Event;
  assert.deepEqual(Object.keys(second.data.changed ?? {}), [nurse.userId]);
  const { state } = await nurse.ask('Email/get', { ids: [] });
  assert.equal(second.data.changed?.[nurse.userId]?.['Email'], state);
  end.abort();
  await assert.rejects(stream.next(), { name: 'AbortError' });
});

test('who may only read changes nothing, and every try is recorded', async () => {
  const reader = await stand.newUser(clinic, 'reader', new Set(['message.read']));
  const messageId = await reader.receive();
  const inbox = (await reader.folders()).get('inbox') ?? '';
  const { accounts } = (await (await request(reader, '/.well-known/jmap')).json()) as {
    accounts: Record<string, { isReadOnly: boolean }>;
  };
  assert.equal(accounts[reader.userId]?.isReadOnly, true);
  stand.recorded.length = 0;
  for (const [method, args] of [
    ['Email/set', { destroy: [messageId] }],
    ['Email/set', { create: { d: { mailboxIds: { [inbox]: true }, keywords: { $draft: true } } } }],
    ['Mailbox/set', { create: { f: { name: 'Mine' } } }],
    ['EmailSubmission/set', { create: { s: { emailId: messageId, identityId: 'x' } } }],
  ] as const)
    assert.equal((await reader.ask(method, args))['type'], 'forbidden', method);
  assert.equal((await upload(reader, 'a file')).status, 403);
  assert.deepEqual(
    stand.recorded
      .filter(({ kind }) => kind === 'permission.refused')
      .map(({ fields }) => fields?.['permission']),
    Array.from({ length: 4 }, () => 'message.file'),
  );
  assert.equal(((await reader.ask('Email/get', { ids: [messageId] }))['list'] as unknown[]).length, 1);
});

test('closeafter=state ends after the first change', async () => {
  const seen = await Array.fromAsync(
    events(nurse, 'types=*&closeafter=state&ping=0', AbortSignal.timeout(20_000)),
  );
  assert.deepEqual(
    seen.map(({ event }) => event),
    ['ping', 'state'],
  );
  assert.equal((await request(nurse, '/jmap/eventsource?closeafter=never')).status, 400);
});
