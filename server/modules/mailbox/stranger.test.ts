import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailStand } from '../../../test/support/mail-stand.ts';

type Json = Record<string, unknown>;
interface Draft {
  $ref(path: string): unknown;
}
type Ask = (args: Json) => Draft;

/** What is used of jmap-jam. Its own types are source files that our compiler settings refuse. */
interface Client {
  getPrimaryAccount(): Promise<string>;
  request(call: readonly [method: string, args: Json]): Promise<[Json, unknown]>;
  requestMany(
    describe: (
      to: Record<'Email' | 'EmailSubmission', Record<'get' | 'query' | 'set', Ask>>,
    ) => Record<string, Draft>,
  ): Promise<[Record<string, Json>, unknown]>;
  uploadBlob(accountId: string, blob: Blob): Promise<{ blobId: string; size: number }>;
  downloadBlob(asked: Record<'accountId' | 'blobId' | 'mimeType' | 'fileName', string>): Promise<Response>;
}

// Somebody else's JMAP client: what it makes of our session and answers is what others will.
const { default: JamClient } = (await import(import.meta.resolve('jmap-jam'))) as {
  default: new (config: { sessionUrl: string; bearerToken: string }) => Client;
};

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');
const doctor = await stand.newUser(clinic, 'doctor');
const sessionUrl = `${stand.url}/.well-known/jmap`;
const client = new JamClient({ sessionUrl, bearerToken: nurse.token });
const accountId = await client.getPrimaryAccount();

async function ask<T>(method: string, args: Json, by: Client = client, account = accountId): Promise<T> {
  const [answer] = await by.request([method, { accountId: account, ...args }]);
  return answer as T;
}

test('finds its account, folders and mail', async () => {
  assert.equal(accountId, nurse.userId);
  const messageId = await nurse.receive({ subject: 'For a stranger', html: '<p>Hello</p>' });
  const inbox = await ask<{ ids: string[] }>('Mailbox/query', { filter: { role: 'inbox' } });
  const [{ emails }] = await client.requestMany((to) => {
    const found = to.Email.query({ accountId, filter: { inMailbox: inbox.ids[0] } });
    const emails = to.Email.get({ accountId, ids: found.$ref('/ids'), properties: ['id', 'subject'] });
    return { found, emails };
  });
  assert.deepEqual(emails?.['list'], [{ id: messageId, subject: 'For a stranger' }]);
});

test('keeps in step by changes', async () => {
  const { state } = await ask<{ state: string }>('Email/get', { ids: [] });
  const messageId = await nurse.receive();
  await ask('Email/set', { update: { [messageId]: { 'keywords/$flagged': true } } });
  const { created, hasMoreChanges } = await ask<Json>('Email/changes', { sinceState: state });
  assert.deepEqual([created, hasMoreChanges], [[messageId], false]);
});

test('hands a file in, writes a draft with it, sends it, and takes it out where it arrived', async () => {
  const file = await client.uploadBlob(accountId, new Blob(['%PDF-1.7'], { type: 'application/pdf' }));
  const identities = await ask<{ list: { id: string }[] }>('Identity/get', {});
  const folders = await ask<{ list: { id: string; role: string | null }[] }>('Mailbox/get', {});
  const folder = (role: string) => folders.list.find((each) => each.role === role)?.id ?? '';
  const identityId = identities.list[0]?.id;
  await client.requestMany((to) => {
    const parts = [
      { type: 'text/plain', partId: 'text' },
      { type: 'application/pdf', blobId: file.blobId, name: 'plan.pdf', disposition: 'attachment' },
    ];
    const draft = {
      mailboxIds: { [folder('drafts')]: true },
      keywords: { $draft: true },
      from: [{ name: 'A nurse', email: nurse.email }],
      to: [{ name: null, email: doctor.email }],
      subject: 'With a file',
      bodyStructure: { type: 'multipart/mixed', subParts: parts },
      bodyValues: { text: { value: 'See the plan.' } },
    };
    const moved = {
      [`mailboxIds/${folder('drafts')}`]: null,
      [`mailboxIds/${folder('sent')}`]: true,
      'keywords/$draft': null,
    };
    return {
      draft: to.Email.set({ accountId, create: { draft } }),
      submission: to.EmailSubmission.set({
        accountId,
        create: { submission: { identityId, emailId: '#draft' } },
        onSuccessUpdateEmail: { '#submission': moved },
      }),
    };
  });
  const submissions = await ask<{ list: Json[] }>('EmailSubmission/get', {});
  assert.deepEqual(
    submissions.list.map((each) => [each['undoStatus'], each['identityId']]),
    [['final', identityId]],
  );
  await stand.settleMail();

  const reader = new JamClient({ sessionUrl, bearerToken: doctor.token });
  const readerId = await reader.getPrimaryAccount();
  const { ids } = await ask<{ ids: string[] }>(
    'Email/query',
    { filter: { hasAttachment: true } },
    reader,
    readerId,
  );
  const emails = await ask<{ list: { attachments: { blobId: string }[] }[] }>(
    'Email/get',
    { ids, properties: ['attachments'] },
    reader,
    readerId,
  );
  const blobId = emails.list[0]?.attachments[0]?.blobId ?? '';
  const taken = await reader.downloadBlob({
    accountId: readerId,
    blobId,
    mimeType: 'application/pdf',
    fileName: 'plan.pdf',
  });
  assert.equal(await taken.text(), '%PDF-1.7');
});

test('is told of errors in its own terms', async () => {
  await assert.rejects(ask('Email/get', { ids: [] }, client, doctor.userId), (error) =>
    JSON.stringify(error).includes('accountNotFound'),
  );
});
