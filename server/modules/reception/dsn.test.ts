import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageId } from '#contract/ids.ts';
import { dsnComposed } from '#modules/delivery/index.ts';
import type { SendCommand } from '#modules/sending/index.ts';
import { wantsReport, type DsnRequest } from '#protocols/dsn/index.ts';
import { mainRoad } from '../../../test/support/main-road.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');
const colleague = await clinic.addUser('colleague', 'clinician');
const reports: MessageId[] = [];
road.outbox.subscribe(
  dsnComposed,
  'test.reports',
  async (_tx, { data }) => void reports.push(data.messageId),
);

const nothing: DsnRequest = { notify: null, originalRecipient: null, ret: null, envelopeId: null };

/** The reports that come of a message to these recipients. */
async function reportsOn(
  asked: Record<string, Partial<DsnRequest>>,
  options: SendCommand['options'] = {},
): Promise<string[]> {
  const command = await road.command({ organization: clinic, from: nurse, to: Object.keys(asked), options });
  const recipients = command.recipients.map((recipient): SendCommand['recipients'][number] => ({
    ...recipient,
    dsn: { ...nothing, ...asked[recipient.address] },
  }));
  reports.length = 0;
  await road.sending.sendMessage({ ...command, recipients });
  await road.settle();
  const raw = await Promise.all(reports.map((id) => road.messages.readRaw(clinic.organizationId, id)));
  return raw.map(String);
}

test('NEVER: silence, also about what fails; FAILURE alone: nothing about what arrives', async () => {
  assert.deepEqual(
    await reportsOn({
      'bounces-550@hard.test': { notify: ['NEVER'] },
      'bounces-551@hard.test': { notify: ['SUCCESS', 'DELAY'] },
      'a@verified.test': { notify: ['FAILURE'] },
      [colleague.email]: {},
    }),
    [],
  );
});

test('a failure names the envelope and the recipient as the sender did, with the whole message where asked', async () => {
  const [report = '', ...more] = await reportsOn({
    'bounces-550@hard.test': {
      notify: ['FAILURE'],
      originalRecipient: { type: 'rfc822', address: 'first@hard.test' },
      ret: 'FULL',
      envelopeId: 'envelope 1',
    },
  });
  assert.equal(more.length, 0);
  assert.match(report, /^Original-Envelope-Id: envelope 1\r\nReporting-MTA/m);
  assert.match(
    report,
    /^Original-Recipient: rfc822; first@hard.test\r\nFinal-Recipient: rfc822; bounces-550@/m,
  );
  assert.match(report, /^Content-Type: message\/rfc822\r\n/m);
  assert.match(report, /A body\./);
});

test('of what was sent with REQUIRETLS the header alone comes back, whatever was asked (RFC 8689 §5)', async () => {
  const [report = ''] = await reportsOn(
    { [`nobody@${clinic.domain}`]: { ret: 'FULL' } },
    { requireTlsAllTheWay: true },
  );
  assert.match(report, /^Content-Type: text\/rfc822-headers\r\n/m);
  assert.doesNotMatch(report, /A body\./);
});

test('SUCCESS: delivered in the house, relayed where no report will come from', async () => {
  const told = await reportsOn({
    [colleague.email]: { notify: ['SUCCESS'] },
    'a@notls.test': { notify: ['SUCCESS', 'FAILURE'] },
  });
  const report = told.join(''); // one for what happened at once, one for what came later
  assert.match(report, /^Subject: Your message has arrived\r$/m);
  assert.match(report, /Final-Recipient: rfc822; colleague@[^\r]+\r\nAction: delivered\r\nStatus: 2\.0\.0/);
  assert.match(report, /Final-Recipient: rfc822; a@notls.test\r\nAction: relayed\r\nStatus: 2\.0\.0/);
  assert.doesNotMatch(report, /A body\./);
  const [relayed = ''] = await reportsOn({ 'a@verified.test': { notify: ['SUCCESS'] } });
  assert.match(relayed, /Action: relayed/);
});

test('who says nothing hears of failure and delay', () => {
  assert.deepEqual(
    (['SUCCESS', 'FAILURE', 'DELAY'] as const).map((of) => wantsReport(null, of)),
    [false, true, true],
  );
});
