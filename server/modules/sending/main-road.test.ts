import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRoad } from '../../../test/support/main-road.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');

test('one message reaches each recipient in the way that fits', async () => {
  const messageId = await road.send({ organization: clinic, from: nurse, to: ['a@verified.test', 'b@mail.test'], cc: ['c@sts.test'] });
  await road.settle();
  const journeys = await road.timeline(clinic.organizationId, messageId);
  assert.deepEqual(journeys.map(({ address, state, protection }) => [address, state, protection]), [
    ['a@verified.test', 'delivered', 'tls-verified'],
    ['b@mail.test', 'notified', 'portal'],
    ['c@sts.test', 'delivered', 'tls-sts'],
  ]);
  console.log(JSON.stringify(journeys.map(({ events, reason, can }) => ({ events, reason, can })), null, 1));
  const [notice] = road.lab.inbox.messagesFor('b@mail.test');
  console.log(notice?.raw.toString());
});
