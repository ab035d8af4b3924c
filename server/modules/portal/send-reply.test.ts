import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageId, RecipientId } from '#contract/ids.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { newId } from '#platform/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { losingAnswers } from '../../../test/support/lost-answer.ts';
import { portalVisits } from '../../../test/support/portal-visits.ts';
import { sendReply } from './send-reply.ts';

test('a reply whose commit was not heard of keeps its content', async () => {
  const { road, clinic, visit } = await portalVisits();
  const { organizationId } = clinic;
  const { offerId } = await visit('patient@verified.test');
  const offer = await road.database.inTenant(organizationId, (tx) =>
    road.pickup.findOffer(tx, organizationId, offerId),
  );
  const recipientId = offer?.recipientId ?? newId<RecipientId>();
  const by = { actor: { kind: 'recipient', recipientId } } as const;
  const database = losingAnswers(road.database);
  const mailbox = { place: async () => database.lose() };
  const attachment = Buffer.alloc(200_000, 'x'); // more than lies in a row
  const replyId = newId<MessageId>();

  await assert.rejects(
    sendReply(
      { ...road, database, mailbox, log: silentLogger },
      { organizationId, recipientId, offerId, by },
      {
        text: 'Thank you.',
        attachments: [
          {
            filename: 'scan.bin',
            contentType: 'application/octet-stream',
            contentBase64: attachment.toString('base64'),
          },
        ],
      },
      replyId,
    ),
    DatabaseUnavailable,
  );
  const content = await road.messages.readContent(organizationId, replyId);
  assert.equal(content.text.trim(), 'Thank you.');
});
