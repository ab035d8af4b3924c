import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { silentLogger } from '#platform/log/log.ts';
import { CreatedIds } from '#protocols/jmap/index.ts';
import { losingAnswers } from '../../../test/support/lost-answer.ts';
import { mailStand } from '../../../test/support/mail-stand.ts';
import type { MailboxPorts } from './ports.ts';
import { setEmails } from './set-emails.ts';

test('a draft whose commit was not heard of keeps its content', async () => {
  const stand = await mailStand();
  const clinic = await stand.newOrganizationWithStaff();
  const nurse = await stand.newUser(clinic, 'nurse');
  const { organizationId } = clinic;
  const drafts = (await nurse.folders()).get('drafts') ?? '';
  const database = losingAnswers(stand.database);
  const stored: MessageId[] = [];
  const messages: MailboxPorts['messages'] = {
    ...stand.messages,
    async store(tx, given) {
      stored.push(...given.map(({ messageId }) => messageId));
      database.lose();
      return stand.messages.store(tx, given);
    },
  };
  const method = setEmails({ ...stand, database, messages, log: silentLogger, publicUrl: stand.url });
  const text = 'A long letter. '.repeat(20_000); // more than lies in a row

  await assert.rejects(
    method.run({
      args: {
        accountId: nurse.userId,
        create: {
          k: {
            mailboxIds: { [drafts]: true },
            keywords: { $draft: true },
            textBody: [{ partId: '1', type: 'text/plain' }],
            bodyValues: { 1: { value: text } },
          },
        },
      },
      createdIds: new CreatedIds(),
      context: {
        account: { organizationId, userId: nurse.userId },
        doer: { organizationId, actor: { kind: 'user', userId: nurse.userId }, ip: '192.0.2.1' },
        reader: 'test',
        permissions: new Set(),
        authorize: async () => true,
      },
    }),
    DatabaseUnavailable,
  );
  const [messageId] = stored;
  assert.ok(messageId !== undefined);
  assert.match((await stand.messages.readRaw(organizationId, messageId)).toString(), /A long letter/);
});
