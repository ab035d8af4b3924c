import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import * as portal from '#contract/portal.ts';
import { revokeRecipient, getTimeline } from '#contract/sending.ts';
import { portalVisits } from '../../../test/support/portal-visits.ts';

const visits = await portalVisits();
const { road } = visits;
const run = promisify(execFile);

/** Which of these texts some file of the database server holds, WAL included. */
async function found(texts: readonly string[]): Promise<string[]> {
  const hits = await Promise.all(
    texts.map(async (text) => {
      const { stdout } = await run('grep', ['-rlaiF', '-e', text, road.serverFolder], {
        maxBuffer: 1e8,
      }).catch((error: { stdout: string }) => error);
      return stdout === '' ? [] : [text];
    }),
  );
  return hits.flat();
}

test('after a whole journey no person, subject, text, link or code can be found in the files', async () => {
  const planted = (what: string): string => `${what}${randomBytes(6).toString('hex')}`;
  const subject = planted('subject');
  const person = planted('person');
  const answer = planted('answer');
  const attachment = {
    filename: planted('file'),
    contentType: 'text/plain',
    contentBase64: Buffer.from(planted('inside')).toString('base64'),
  };
  const address = `${person}@verified.test`;
  const { caller, token, offerId, messageId } = await visits.visit(address, {
    subject,
    attachments: [attachment],
  });
  await caller.call(portal.getPortalMessage, { params: { offerId } });
  await caller.call(portal.openPortalMessage, { params: { offerId } });
  await caller.call(
    portal.replyFromPortal,
    { params: { offerId }, body: { text: answer } },
    { idempotencyKey: planted('key') },
  );
  await caller.refusal(
    caller.call(portal.openPortalSession, { params: { token }, body: { code: '000000' } }),
  );
  const nurse = await visits.staff(visits.nurse.email);
  for (const other of [
    `${person}@hard.test`,
    `${person}@greylist.test`,
    `bounces-550+${person}@notls.test`,
  ]) {
    await visits.send(nurse, other, { subject });
  }
  await road.settle();
  const timeline = await nurse.call(getTimeline, { params: { messageId } });
  await nurse.call(revokeRecipient, {
    params: { messageId, recipientId: timeline.recipients[0]?.recipientId ?? '' },
  });
  await road.settle();

  const control = planted('control');
  const client = new pg.Client(road.connection);
  await client.connect();
  await client.query(`CREATE TABLE control AS SELECT '${control}' AS text`);
  await client.query('CHECKPOINT');
  await client.end();
  assert.deepEqual(await found([control]), [control], 'the search itself works');
  assert.deepEqual(await found([subject, person, answer, attachment.filename, token]), []);
});
