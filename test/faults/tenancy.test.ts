// Every endpoint that the server describes, asked by people whom it must not serve: without credentials, with forged,
// weak and foreign ones, with another organisation's ids. One that is new and not in the table below fails the test.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { rolePermissions, roles, type Permission } from '#contract/permissions.ts';
import { startTwoClinics, type Belongings, type TwoClinics } from '../support/two-clinics.ts';

interface Way {
  /** What the nurse's id is asked with; a path without ids needs nothing. */
  readonly body?: (theirs: Belongings) => unknown;
  /** Belongs to one person: a colleague is a stranger too. */
  readonly personal?: true;
  /** What a stranger with the right hears. Default: not found where the path has ids, else their own things. */
  readonly answers?: readonly number[];
  /** What is asked changes the asker's own things and has no id of anybody else: only credentials are tried. */
  readonly own?: true;
}

const ways: Readonly<Record<string, Way>> = {
  'POST /api/v1/session': { own: true },
  'GET /api/v1/session': {},
  'POST /api/v1/session/touch': {},
  'DELETE /api/v1/session': { own: true },
  'GET /api/v1/sessions': {},
  'DELETE /api/v1/sessions': { own: true },
  'DELETE /api/v1/sessions/{sessionId}': { personal: true },
  'GET /api/v1/users': {},
  'POST /api/v1/users': {
    body: () => ({
      displayName: 'A spy',
      email: 'spy@lakeside.test',
      role: 'clinician',
      password: 'copper-violin-meadow-52',
    }),
    answers: [400],
  },
  'GET /api/v1/users/{userId}': {},
  'PATCH /api/v1/users/{userId}': { body: () => ({ state: 'disabled' }) },
  'POST /api/v1/users/{userId}/password': {},
  'PUT /api/v1/users/me/password': { own: true, body: () => ({ currentPassword: 'a', newPassword: 'b' }) },
  'GET /api/v1/api-keys': {},
  'POST /api/v1/api-keys': { own: true },
  'DELETE /api/v1/api-keys/{apiKeyId}': { personal: true },
  'GET /api/v1/app-passwords': {},
  'POST /api/v1/app-passwords': { own: true, body: () => ({ name: 'A spy' }) },
  'DELETE /api/v1/app-passwords/{appPasswordId}': { personal: true },
  'GET /api/v1/organization': {},
  'PATCH /api/v1/organization': { own: true },
  'GET /api/v1/domains': {},
  'POST /api/v1/domains': { own: true },
  'GET /api/v1/domains/{domainId}': {},
  'POST /api/v1/domains/{domainId}/proof': {},
  'PUT /api/v1/domains/{domainId}/destination': { body: () => ({ destination: null }) },
  'GET /api/v1/forwardings': {},
  'POST /api/v1/forwardings': {
    body: () => ({ address: 'spy@lakeside.test', targets: ['spy@mail.test'] }),
    answers: [400],
  },
  'PUT /api/v1/forwardings/{forwardingId}': { body: () => ({ targets: ['spy@mail.test'] }) },
  'DELETE /api/v1/forwardings/{forwardingId}': {},
  'GET /api/v1/relays': {},
  'POST /api/v1/relays': {
    own: true,
  },
  'PUT /api/v1/relays/{relayId}': {
    body: ({ userId }) => ({
      name: 'A spy',
      kind: 'own-server',
      networks: ['192.0.2.9'],
      senderDomains: ['elsewhere.test'],
      userId,
    }),
  },
  'POST /api/v1/relays/{relayId}/token': {},
  'DELETE /api/v1/relays/{relayId}': {},
  'GET /api/v1/transport/{domain}': {},
  'PUT /api/v1/transport/{domain}': { body: () => ({ mode: 'none' }) },
  'GET /api/v1/forgotten-domains': {},
  'POST /api/v1/forgotten-domains': { own: true },
  'GET /api/v1/tls-reports': {},
  'POST /api/v1/tls-reports/{domain}': { own: true },
  'GET /api/v1/domains/{domainId}/dns': {},
  'POST /api/v1/domains/{domainId}/dns-check': {},
  'POST /api/v1/domains/{domainId}/dkim-keys': {},
  'POST /api/v1/domains/{domainId}/dkim-keys/{dkimKeyId}/force': {},
  'POST /api/v1/domains/{domainId}/dkim-keys/{dkimKeyId}/revocation': {},
  'GET /api/v1/queue': {},
  'GET /api/v1/queue/deliveries': {},
  'POST /api/v1/queue/pauses': {
    own: true,
    body: () => ({ what: { scope: 'domain', domain: 'elsewhere.test' }, reason: 'A test' }),
  },
  'POST /api/v1/queue/resumptions': {
    own: true,
    body: () => ({ what: { scope: 'domain', domain: 'elsewhere.test' } }),
  },
  'POST /api/v1/queue/deliveries/{deliveryId}/retry': {},
  'GET /api/v1/quarantine': {},
  'POST /api/v1/quarantine/{messageId}/release': {},
  'DELETE /api/v1/quarantine/{messageId}': {},
  'GET /api/v1/contacts': {},
  'POST /api/v1/contacts': { own: true },
  'POST /api/v1/contacts/find': { body: () => ({ address: 'jane@mail.test' }) },
  'GET /api/v1/contacts/{contactId}': {},
  'GET /api/v1/keys': {},
  'POST /api/v1/keys': { own: true },
  'POST /api/v1/keys/find': { body: () => ({ address: 'jane@mail.test' }) },
  'POST /api/v1/keys/look-up': { own: true },
  'POST /api/v1/keys/{keyId}/trust': { body: () => ({ trust: 'trusted' }) },
  'POST /api/v1/keys/{keyId}/cipher': { body: () => ({ cipher: 'cbc' }) },
  'DELETE /api/v1/keys/{keyId}': {},
  'GET /api/v1/key-policy': {},
  'PUT /api/v1/key-policy': { own: true },
  'GET /api/v1/own-keys': { personal: true },
  'POST /api/v1/own-keys': { own: true },
  'POST /api/v1/own-keys/generate': { own: true },
  'POST /api/v1/own-keys/{ownKeyId}/retire': { personal: true },
  'GET /api/v1/messages': { personal: true },
  'POST /api/v1/messages': {
    body: () => ({
      from: 'nurse@lakeside.test',
      to: ['jane@mail.test'],
      text: 'A lie',
      category: 'administrative',
    }),
    personal: true,
    answers: [403],
  },
  'POST /api/v1/messages/preview': {
    body: () => ({ to: ['jane@mail.test'], category: 'administrative' }),
  },
  'GET /api/v1/messages/{messageId}': { personal: true },
  'GET /api/v1/messages/{messageId}/timeline': { personal: true },
  'POST /api/v1/messages/{messageId}/recipients/{recipientId}/revoke': { personal: true },
  'POST /api/v1/messages/{messageId}/recipients/{recipientId}/remind': { personal: true },
  'POST /api/v1/messages/{messageId}/recipients/{recipientId}/extend': {
    personal: true,
    body: () => ({ days: 300 }),
  },
  'GET /api/v1/audit/events': {},
  'GET /api/v1/audit/checkpoint': { answers: [200, 404] },
  'GET /.well-known/jmap': { personal: true },
  'POST /jmap/api': {
    personal: true,
    body: () => ({ using: ['urn:ietf:params:jmap:core'], methodCalls: [] }),
  },
  'POST /jmap/upload/{accountId}': { personal: true, body: () => 'a file' },
  'GET /jmap/download/{accountId}/{blobId}/{name}': { personal: true },
  'GET /jmap/eventsource': { own: true },
  'GET /portal/api/v1/offers/{token}': { answers: [404] },
  'POST /portal/api/v1/offers/{token}/code': { answers: [404] },
  'POST /portal/api/v1/offers/{token}/renewal': { answers: [404] },
  'POST /portal/api/v1/offers/{token}/session': { body: () => ({ code: '123456' }), answers: [404] },
  'POST /portal/api/v1/access': { own: true },
  'GET /portal/api/v1/session': {},
  'DELETE /portal/api/v1/session': { own: true },
  'GET /portal/api/v1/inbox': {},
  'GET /portal/api/v1/messages/{offerId}': {},
  'POST /portal/api/v1/messages/{offerId}/open': {},
  'GET /portal/api/v1/messages/{offerId}/attachments/{partId}': {},
  'POST /portal/api/v1/messages/{offerId}/reply': { body: () => ({ text: 'A lie' }) },
};

interface Operation {
  readonly 'x-permission': Permission | 'public' | 'signed-in' | 'recipient';
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}

interface Credentials {
  readonly cookie?: string;
  readonly bearer?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

suite('nobody is served what is not theirs', { concurrency: 1 }, () => {
  let clinics: TwoClinics;
  const operations = new Map<string, Operation>();

  before(async () => {
    clinics = await startTwoClinics();
    const document = (await (await fetch(`${clinics.carepost.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>;
    };
    for (const [path, methods] of Object.entries(document.paths).filter(
      ([each]) => !each.startsWith('/lab/'),
    ))
      for (const [method, operation] of Object.entries(methods))
        operations.set(`${method.toUpperCase()} ${path}`, operation);
  });
  after(() => clinics[Symbol.asyncDispose]());

  /** The path with the nurse's ids in it. */
  function pathOf(name: string): string {
    const { belongings } = clinics;
    const values: Readonly<Record<string, string>> = {
      ...belongings,
      accountId: belongings.userId,
      deliveryId: belongings.recipientId,
      blobId: `M-${belongings.messageId}`,
      name: 'message.eml',
      partId: '1',
      domain: 'lakeside.test',
      token: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    };
    return (name.split(' ')[1] ?? '').replaceAll(
      /\{(\w+)\}/g,
      (_, each: string) => values[each] ?? assert.fail(`no ${each}`),
    );
  }

  async function ask(name: string, { cookie, bearer }: Credentials): Promise<Answer> {
    const body = ways[name]?.body?.(clinics.belongings);
    const answer = await fetch(`${clinics.carepost.url}${pathOf(name)}`, {
      method: name.split(' ')[0] ?? 'GET',
      headers: {
        ...(cookie === undefined ? {} : { cookie }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  const withPermission = (kind: 'staff' | 'recipient') =>
    [...operations].filter(([, { 'x-permission': permission }]) =>
      kind === 'recipient'
        ? permission === 'recipient'
        : permission !== 'recipient' && permission !== 'public',
    );

  /** The answer is a refusal, or the asker's own: nothing in it is known to the nurse's organisation alone. */
  function holdsNothing(name: string, { status, text }: Answer): void {
    const { answers } = ways[name] ?? {};
    const expected = answers ?? (name.includes('{') ? [404] : [200, 204]);
    assert.ok(expected.includes(status), `${name} answered ${status}: ${text.slice(0, 300)}`);
    for (const secret of clinics.secrets)
      if (status < 400) assert.ok(!text.includes(secret), `${name} told a stranger "${secret}"`);
  }

  test('every endpoint is in the table, and no other', () => {
    assert.deepEqual(Object.keys(ways).toSorted(), [...operations.keys()].toSorted());
  });

  const worthless: Readonly<Record<string, () => Credentials>> = {
    'no credentials': () => ({}),
    'a forged session': () => ({
      cookie: `carepost_session=${'A'.repeat(86)}; carepost_portal=${'A'.repeat(54)}`,
    }),
    'a forged key': () => ({ bearer: `cp_${'A'.repeat(86)}` }),
    'a key with a real id and another secret': () => ({
      bearer: `${clinics.carepost.lab.apiKey.key.slice(0, -6)}AAAAAA`,
    }),
    'a key that is none, beside sessions': () => ({
      bearer: 'two words',
      cookie: `${clinics.nurse.cookies()}; ${clinics.patient.cookies()}`,
    }),
  };
  for (const [kind, credentials] of Object.entries(worthless)) {
    test(`${kind}: refused everywhere`, async () => {
      for (const [name] of [...withPermission('staff'), ...withPermission('recipient')])
        assert.equal((await ask(name, credentials())).status, 401, name);
    });
  }

  test('staff are nobody in the portal, recipients nobody in the workspace', async () => {
    for (const [name] of withPermission('recipient')) {
      const answer = await ask(name, { cookie: clinics.nurse.cookies(), bearer: clinics.weakKey });
      assert.equal(answer.status, 401, name);
    }
    for (const [name] of withPermission('staff')) {
      const cookie = clinics.patient.cookies();
      assert.equal((await ask(name, { cookie })).status, 401, name);
      const asStaff = cookie.replace('carepost_portal', 'carepost_session');
      assert.equal((await ask(name, { cookie: asStaff })).status, 401, `${name} as a session`);
    }
  });

  test('a key does what its scopes say, and nothing about its owner’s secrets', async () => {
    for (const [name, { 'x-permission': permission, responses }] of withPermission('staff')) {
      const needsPerson = responses['403']?.description?.includes('session-required') === true;
      if (permission === 'contact.read') continue; // the scope it has
      if (permission === 'signed-in' && !needsPerson) continue;
      assert.equal((await ask(name, { bearer: clinics.weakKey })).status, 403, name);
    }
    for (const name of [
      'GET /api/v1/contacts/{contactId}',
      'POST /api/v1/contacts/find',
      'GET /api/v1/contacts',
    ])
      holdsNothing(name, await ask(name, { bearer: clinics.weakKey }));
  });

  for (const role of roles) {
    test(`a ${role} of another organisation finds nothing`, async () => {
      const cookie = clinics.strangers[role].cookies();
      for (const [name, { 'x-permission': permission }] of withPermission('staff')) {
        const mayAsk = permission === 'signed-in' || rolePermissions[role].has(permission as Permission);
        if (!mayAsk) assert.equal((await ask(name, { cookie })).status, 403, name);
        else if (ways[name]?.own !== true) holdsNothing(name, await ask(name, { cookie }));
      }
    });
  }

  test('a colleague finds nothing of what is the nurse’s own', async () => {
    const cookie = clinics.colleague.cookies();
    const { belongings } = clinics;
    for (const [name] of withPermission('staff').filter(([each]) => ways[each]?.personal === true)) {
      const { status, text } = await ask(name, { cookie });
      const expected = ways[name]?.answers ?? (name.includes('{') ? [404] : [200]);
      assert.ok(expected.includes(status), `${name} answered ${status}`);
      if (status < 400) for (const id of Object.values(belongings)) assert.ok(!text.includes(id), name);
    }
  });

  test('links that are none, and other recipients, open nothing in the portal', async () => {
    for (const [name, { 'x-permission': permission }] of operations)
      if (permission === 'public' && ways[name]?.own !== true) holdsNothing(name, await ask(name, {}));
    for (const [who, session] of Object.entries(clinics.otherRecipients)) {
      for (const [name] of withPermission('recipient').filter(([each]) => ways[each]?.own !== true)) {
        const { status, text } = await ask(name, { cookie: session.cookies() });
        assert.equal(status, name.includes('{') ? 404 : 200, `${name}, ${who}`);
        for (const id of [clinics.belongings.offerId, clinics.belongings.messageId])
          assert.ok(!text.includes(id), `${name}, ${who}`);
      }
    }
  });

  for (const [who, of] of [
    ['a stranger', () => clinics.strangers.clinician],
    ['a colleague', () => clinics.colleague],
  ] as const) {
    test(`${who} reaches nothing by JMAP ids`, async () => {
      const person = of();
      const { messageId, threadId, folderId, draftId, uploadId, userId } = clinics.belongings;
      const { accountId } = person;
      const theirs = { ids: [messageId, draftId, threadId, folderId] };
      for (const method of [
        'Email/get',
        'Thread/get',
        'Mailbox/get',
        'EmailSubmission/get',
        'Identity/get',
      ]) {
        const [[, own] = [], [failed, refused] = []] = await person.jmap(
          [method, { accountId, ...theirs }, 'own'],
          [method, { accountId: userId, ...theirs }, 'theirs'],
        );
        assert.deepEqual([own?.['list'], own?.['notFound']], [[], theirs.ids], method);
        assert.deepEqual([failed, refused?.['type']], ['error', 'accountNotFound'], method);
      }
      for (const method of [
        'Mailbox/set',
        'Email/set',
        'EmailSubmission/set',
        'Email/query',
        'Mailbox/query',
        'Email/changes',
      ]) {
        const more = method.endsWith('changes') ? { sinceState: '0' } : {};
        const [[, refused] = []] = await person.jmap([method, { accountId: userId, ...more }, 'theirs']);
        assert.equal(refused?.['type'], 'accountNotFound', method);
      }
      const inbox = await mailboxOf(person, 'inbox');
      const attach = (blobId: string) => ({
        mailboxIds: { [inbox]: true },
        keywords: { $draft: true },
        attachments: [{ blobId, type: 'text/plain' }],
      });
      const identityId = await identityOf(person);
      const [[, set] = [], [, sent] = []] = await person.jmap(
        [
          'Email/set',
          {
            accountId,
            create: {
              message: attach(`M-${messageId}`),
              part: attach(`P-${messageId}-1`),
              upload: attach(`U-${uploadId}`),
              folder: { mailboxIds: { [folderId]: true }, keywords: { $draft: true } },
            },
            update: { [messageId]: { 'keywords/$seen': true }, [draftId]: { mailboxIds: { [inbox]: true } } },
            destroy: [messageId, draftId],
          },
          'set',
        ],
        ['EmailSubmission/set', { accountId, create: { s: { emailId: draftId, identityId } } }, 'send'],
      );
      assert.equal(set?.['created'] ?? null, null);
      assert.equal(set?.['updated'] ?? null, null);
      assert.equal(set?.['destroyed'] ?? null, null);
      assert.equal(sent?.['created'] ?? null, null);
      for (const blobId of [`M-${messageId}`, `P-${messageId}-1`, `U-${uploadId}`]) {
        const answer = await person.fetch(
          `${clinics.carepost.url}/jmap/download/${accountId}/${blobId}/file`,
        );
        assert.equal(answer.status, 404, blobId);
      }
    });
  }

  test('after all that the nurse has everything as it was', async () => {
    const { nurse, patient, belongings, carepost } = clinics;
    const { messageId, draftId, offerId } = belongings;
    const [[, got] = []] = await nurse.jmap([
      'Email/get',
      { accountId: nurse.accountId, ids: [messageId, draftId], properties: ['id'] },
      'g',
    ]);
    assert.equal(listOf(got).length, 2);
    const read = await patient.fetch(`${carepost.url}/portal/api/v1/messages/${offerId}`);
    const offer = (await read.json()) as { state: string; replies: unknown[] };
    assert.deepEqual([read.status, offer.state, offer.replies], [200, 'waiting', []]);
  });

  async function mailboxOf({ jmap, accountId }: TwoClinics['nurse'], role: string): Promise<string> {
    const [[, got] = []] = await jmap(['Mailbox/get', { accountId, properties: ['role'] }, 'm']);
    const found = listOf<{ id: string; role: string }>(got).find((each) => each.role === role);
    return found?.id ?? assert.fail(`no ${role}`);
  }

  async function identityOf({ jmap, accountId }: TwoClinics['nurse']): Promise<string> {
    const [[, got] = []] = await jmap(['Identity/get', { accountId }, 'i']);
    return listOf<{ id: string }>(got)[0]?.id ?? assert.fail('no identity');
  }
});

function listOf<T>(answer: Record<string, unknown> | undefined): readonly T[] {
  return (answer?.['list'] ?? []) as readonly T[];
}
