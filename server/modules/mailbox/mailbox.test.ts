import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailStand } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');

type Mailbox = {
  id: string;
  role: string | null;
  name: string;
  totalEmails: number;
  unreadEmails: number;
  totalThreads: number;
  unreadThreads: number;
};

async function mailboxes(): Promise<Map<string, Mailbox>> {
  const { list } = await nurse.ask('Mailbox/get');
  return new Map((list as Mailbox[]).map((each) => [each.role ?? each.name, each]));
}

test('an account is there from the first look, with the folders that have a role', async () => {
  const { list } = await nurse.ask('Mailbox/get');
  assert.deepEqual(
    (list as Mailbox[]).map(({ role, name }) => [role, name]),
    [
      ['inbox', 'Inbox'],
      ['drafts', 'Drafts'],
      ['sent', 'Sent'],
      ['archive', 'Archive'],
      ['junk', 'Junk'],
      ['trash', 'Trash'],
    ],
  );
});

test('what comes in is in the inbox, unread, with how it came', async () => {
  const messageId = await nurse.receive({
    subject: 'First',
    arrival: { how: 'smtp', tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' } },
  });
  const { list } = await nurse.ask('Email/get', {
    ids: [messageId],
    properties: ['subject', 'keywords', 'mailboxIds', 'from', 'carepost:arrival', 'preview'],
  });
  const inbox = (await mailboxes()).get('inbox');
  assert.deepEqual(list, [
    {
      id: messageId,
      subject: 'First',
      keywords: {},
      mailboxIds: { [inbox?.id ?? '']: true },
      from: [{ name: 'A Patient', email: 'patient@outside.test' }],
      preview: 'A body.',
      'carepost:arrival': {
        how: 'smtp',
        encrypted: true,
        words: 'Came over an encrypted connection (TLS 1.3)',
        sender: null,
      },
    },
  ]);
  assert.deepEqual(
    [inbox?.totalEmails, inbox?.unreadEmails, inbox?.totalThreads, inbox?.unreadThreads],
    [1, 1, 1, 1],
  );
});
