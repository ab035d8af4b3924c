import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRoad } from '../../../test/support/main-road.ts';

const road = await mainRoad();
const clinic = await road.newOrganizationWithStaff();
const nurse = await clinic.addUser('nurse', 'clinician');

async function wayOf(address: string, requireTlsAllTheWay: boolean) {
  const command = await road.command({ organization: clinic, from: nurse, to: [address] });
  const options = requireTlsAllTheWay ? ({ requireTlsAllTheWay: true } as const) : {};
  await road.sending.sendMessage({ ...command, options });
  await road.settle();
  const [delivery] = await road.database.inTenant(clinic.organizationId, (tx) =>
    road.delivery.forMessage(tx, clinic.organizationId, command.messageId),
  );
  return delivery === undefined ? undefined : [delivery.protection, delivery.reason];
}

test('REQUIRETLS: a server whose name is unproven is not enough (RFC 8689 §4.2.1)', async () => {
  assert.deepEqual(await wayOf('a@verified.test', false), ['tls-verified', 'accepted-by-server']);
  const [protection] = (await wayOf('a@verified.test', true)) ?? [];
  assert.equal(protection, 'portal');
});

test('REQUIRETLS: a proven server that does not pass it on gets nothing: the portal', async () => {
  assert.deepEqual(await wayOf('a@sts.test', false), ['tls-sts', 'accepted-by-server']);
  const [protection] = (await wayOf('a@sts.test', true)) ?? [];
  assert.equal(protection, 'portal');
});
