import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mailStand } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');
const drafts = (await nurse.folders()).get('drafts') ?? '';
const accountId = nurse.userId;

type Json = Record<string, unknown>;

const corpus = join(
  process.env['CAREPOST_TESTDATA'] ?? join(import.meta.dirname, '../../../../shared/testdata'),
  'strings/blns.base64.json',
);
// The list of naughty strings, where it is at hand.
const naughty = existsSync(corpus)
  ? (JSON.parse(readFileSync(corpus, 'utf8')) as string[]).map((text) =>
      Buffer.from(text, 'base64').toString(),
    )
  : [];
const strings = [
  ...naughty,
  '\0',
  'a\0b',
  '\ud800',
  '\uffff',
  'x'.repeat(100_000),
  '__proto__',
  'constructor',
  '#',
  '/',
  '~',
  '~2',
  '*',
];

/** What is an answer or a refusal with a reason; never a failure of ours. */
async function answersOf(calls: readonly (readonly [string, Json])[]): Promise<Json[]> {
  const answers: Json[] = [];
  for (let at = 0; at < calls.length; at += 16)
    answers.push(...(await nurse.call(...calls.slice(at, at + 16))));
  assert.equal(answers.length, calls.length);
  answers.forEach((answer, at) => {
    assert.ok(
      answer['type'] !== 'serverFail' && answer['type'] !== 'serverUnavailable',
      JSON.stringify(calls[at]).slice(0, 300),
    );
  });
  return answers;
}

test('any string in any field is answered or refused, never a failure', async () => {
  // Every fourth of the list: all of them take half a minute.
  for (const text of strings.filter((_, at) => at % 4 === 0 || at >= naughty.length)) {
    const draft = { mailboxIds: { [drafts]: true }, keywords: { $draft: true } };
    await answersOf([
      [
        'Email/set',
        {
          accountId,
          create: {
            k: {
              ...draft,
              subject: text,
              from: [{ name: text, email: nurse.email }],
              to: [{ email: text }],
              'header:X-Any:asText': text,
            },
          },
        },
      ],
      [
        'Email/set',
        {
          accountId,
          create: { k: { ...draft, textBody: [{ partId: text }], bodyValues: { [text]: { value: text } } } },
        },
      ],
      [
        'Email/set',
        {
          accountId,
          create: { k: { ...draft, attachments: [{ blobId: text, name: text, type: text, cid: text }] } },
        },
      ],
      [
        'Email/set',
        { accountId, create: { [text]: draft }, update: { [text]: { [text]: text } }, destroy: [text] },
      ],
      [
        'Email/set',
        {
          accountId,
          create: { k: { ...draft, keywords: { $draft: true, [text]: true }, mailboxIds: { [text]: true } } },
        },
      ],
      [
        'Mailbox/set',
        { accountId, create: { k: { name: text, parentId: text } }, update: { [drafts]: { [text]: text } } },
      ],
      [
        'EmailSubmission/set',
        { accountId, create: { k: { emailId: text, identityId: text, 'carepost:category': text } } },
      ],
      ['Email/query', { accountId, filter: { text } }],
      ['Email/query', { accountId, filter: { operator: text, conditions: [{ inMailbox: text }] } }],
      [
        'Email/query',
        {
          accountId,
          filter: { subject: text, from: text, hasKeyword: text },
          sort: [{ property: text }],
          anchor: text,
        },
      ],
      ['Email/get', { accountId, ids: [text], properties: [text], bodyProperties: [text] }],
      ['Email/changes', { accountId, sinceState: text }],
      ['Thread/get', { accountId, ids: [text] }],
      [text, { accountId: text }],
      ['Core/echo', { '#x': { resultOf: text, name: text, path: text } }],
      ['Core/echo', { [text]: text, deep: [[[{ [text]: null }]]] }],
    ]);
  }
});

/** A subject is one line: control characters are spaces there. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

test('what is written comes back as it was, or is refused', async () => {
  const written = strings.filter((text) => text.length < 900);
  const create = Object.fromEntries(
    written.map((text, at) => [
      `k${at}`,
      {
        mailboxIds: { [drafts]: true },
        keywords: { $draft: true },
        subject: text,
        textBody: [{ partId: '1' }],
        bodyValues: { 1: { value: text } },
      },
    ]),
  );
  const created: Record<string, { id: string }> = {};
  const entries = Object.entries(create);
  for (let at = 0; at < entries.length; at += 100) {
    Object.assign(
      created,
      (await nurse.ask('Email/set', { create: Object.fromEntries(entries.slice(at, at + 100)) }))['created'],
    );
  }
  interface Read {
    readonly id: string;
    readonly subject: string | null;
    readonly bodyValues: Record<string, { value: string }>;
  }
  const asked = Object.values(created).map(({ id }) => id);
  const found = new Map<string, Read>();
  for (let at = 0; at < asked.length; at += 100) {
    const ids = asked.slice(at, at + 100);
    const { list } = await nurse.ask('Email/get', {
      ids,
      properties: ['subject', 'bodyValues'],
      fetchTextBodyValues: true,
    });
    for (const email of list as Read[]) found.set(email.id, email);
  }
  let seen = 0;
  written.forEach((text, at) => {
    const email = found.get(created[`k${at}`]?.id ?? '');
    if (email === undefined) return;
    const [body] = Object.values(email.bodyValues);
    const plain = text
      .replace(/^\ufeff/, '')
      .replace(/\r\n?/g, '\n')
      .replaceAll('\0', '')
      .toWellFormed();
    assert.equal(body?.value, plain);
    assert.equal(oneLine(email.subject ?? ''), oneLine(text), JSON.stringify(text));
    seen += 1;
  });
  assert.ok(seen >= written.length / 2, `${seen} of ${written.length}`);
});

test('shapes that are none are refused with what was wrong', async () => {
  const values: unknown[] = [null, 0, '', true, [], {}, [null], { a: null }, [[[]]], -1, 1.5, 2 ** 60];
  const calls = values.flatMap((value): [string, Json][] => [
    ['Email/get', { accountId, ids: value }],
    ['Email/get', { accountId, ids: [], properties: value, maxBodyValueBytes: value }],
    ['Email/query', { accountId, filter: value }],
    ['Email/query', { accountId, sort: value, position: value, limit: value }],
    ['Email/set', { accountId, create: value, update: value, destroy: value }],
    [
      'Email/set',
      {
        accountId,
        create: {
          k: { mailboxIds: value, keywords: value, bodyStructure: value, textBody: value, from: value },
        },
      },
    ],
    [
      'Mailbox/set',
      {
        accountId,
        create: { k: { name: value, parentId: value, sortOrder: value } },
        onDestroyRemoveEmails: value,
      },
    ],
    [
      'EmailSubmission/set',
      {
        accountId,
        create: { k: { emailId: value, identityId: value, envelope: value } },
        onSuccessUpdateEmail: value,
      },
    ],
    ['Email/changes', { accountId, sinceState: value, maxChanges: value }],
    ['Identity/changes', { accountId, sinceState: value }],
    ['Mailbox/query', { accountId, filter: { parentId: value }, sortAsTree: value }],
  ]);
  await answersOf(calls);
});
