import assert from 'node:assert/strict';
import { test } from 'node:test';
import JamClient from 'jmap-jam';
import { mailStand } from '../../../test/support/mail-stand.ts';

// jmap-jam is somebody else's JMAP client: what it makes of our session and answers is what others will.
const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');
const doctor = await stand.newUser(clinic, 'doctor');
const client = new JamClient({ sessionUrl: `${stand.url}/.well-known/jmap`, bearerToken: nurse.token });
const accountId = await client.getPrimaryAccount();

test('finds its account, folders and mail', async () => {
  assert.equal(accountId, nurse.userId);
  const messageId = await nurse.receive({ subject: 'For a stranger', html: '<p>Hello</p>' });
  const [inbox] = await client.api.Mailbox.query({ accountId, filter: { role: 'inbox' } });
  const [{ emails }] = await client.requestMany((t) => {
    const found = t.Email.query({ accountId, filter: { inMailbox: inbox.ids[0] ?? '' } });
    const emails = t.Email.get({ accountId, ids: found.$ref('/ids'), properties: ['id', 'subject'] });
    return { found, emails };
  });
  assert.deepEqual(
    emails.list.map((email) => [email.id, email.subject]),
    [[messageId, 'For a stranger']],
  );
});

test('keeps in step by changes', async () => {
  const [{ state }] = await client.api.Email.get({ accountId, ids: [] });
  const messageId = await nurse.receive();
  await client.api.Email.set({ accountId, update: { [messageId]: { 'keywords/$flagged': true } } as never });
  const [{ created, hasMoreChanges }] = await client.api.Email.changes({ accountId, sinceState: state });
  assert.deepEqual([created, hasMoreChanges], [[messageId], false]);
});

test('hands a file in, writes a draft with it, sends it, and takes it out where it arrived', async () => {
  const file = await client.uploadBlob(accountId, new Blob(['%PDF-1.7'], { type: 'application/pdf' }));
  const [{ list: identities }] = await client.api.Identity.get({ accountId });
  const [{ list: folders }] = await client.api.Mailbox.get({ accountId });
  const drafts = folders.find((folder) => folder.role === 'drafts')?.id ?? '';
  const sent = folders.find((folder) => folder.role === 'sent')?.id ?? '';
  await client.requestMany((t) => {
    const draft = t.Email.set({
      accountId,
      create: {
        draft: {
          mailboxIds: { [drafts]: true },
          keywords: { $draft: true },
          from: [{ name: 'A nurse', email: nurse.email }],
          to: [{ name: null, email: doctor.email }],
          subject: 'With a file',
          bodyStructure: {
            type: 'multipart/mixed',
            subParts: [
              { type: 'text/plain', partId: 'text' },
              { type: 'application/pdf', blobId: file.blobId, name: 'plan.pdf', disposition: 'attachment' },
            ],
          },
          bodyValues: { text: { value: 'See the plan.' } },
        } as never,
      },
    });
    const submission = t.EmailSubmission.set({
      accountId,
      create: { submission: { identityId: identities[0]?.id, emailId: '#draft' } as never },
      onSuccessUpdateEmail: {
        '#submission': {
          [`mailboxIds/${drafts}`]: null,
          [`mailboxIds/${sent}`]: true,
          'keywords/$draft': null,
        } as never,
      },
    });
    return { draft, submission };
  });
  const [{ list: submissions }] = await client.api.EmailSubmission.get({ accountId });
  assert.deepEqual(
    submissions.map(({ undoStatus, identityId }) => [undoStatus, identityId]),
    [['final', identities[0]?.id]],
  );
  await stand.settleMail();

  const reader = new JamClient({ sessionUrl: `${stand.url}/.well-known/jmap`, bearerToken: doctor.token });
  const readerId = await reader.getPrimaryAccount();
  const [{ ids }] = await reader.api.Email.query({ accountId: readerId, filter: { hasAttachment: true } });
  const [{ list }] = await reader.api.Email.get({
    accountId: readerId,
    ids,
    properties: ['attachments', 'subject'],
  });
  const attachment = list[0]?.attachments?.[0];
  assert.ok(attachment?.blobId);
  const response = await reader.downloadBlob({
    accountId: readerId,
    blobId: attachment.blobId,
    mimeType: 'application/pdf',
    fileName: 'plan.pdf',
  });
  assert.equal(await response.text(), '%PDF-1.7');
});

test('is told of errors in its own terms', async () => {
  await assert.rejects(
    client.api.Email.get({ accountId: doctor.userId, ids: [] }),
    (error) => JSON.stringify(error).includes('accountNotFound') || String(error).includes('accountNotFound'),
  );
});
