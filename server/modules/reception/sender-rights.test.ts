import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testStaff } from '../../../test/support/staff.ts';
import { SenderRights } from './sender-rights.ts';

const staff = await testStaff();

test('rights of an open connection end with the app password and with the user', async () => {
  const organization = await staff.newOrganizationWithStaff();
  const { organizationId } = organization;
  const by = { actor: { kind: 'system', part: 'test' } } as const;
  const { userId, email } = await organization.addUser('clinician', 'clinician');
  const { password } = await staff.identity.createAppPassword(
    { organizationId, userId, name: 'a program' },
    by,
  );
  const verdict = await staff.identity.authenticateSmtp({ username: email, password, ip: '192.0.2.1' });
  assert.ok(verdict.ok);

  const rights = new SenderRights(staff, verdict.user, verdict.appPasswordId, 0);
  assert.deepEqual(await rights.addresses(), new Set([email]));
  await staff.identity.changeUser({ organizationId, userId, aliases: [`alias@${organization.domain}`] }, by);
  assert.deepEqual(await rights.addresses(), new Set([email, `alias@${organization.domain}`]));

  const kept = new SenderRights(staff, verdict.user, verdict.appPasswordId, 60_000);
  await kept.addresses();
  await staff.identity.changeUser({ organizationId, userId, state: 'disabled' }, by);
  assert.equal(await rights.addresses(), null);
  assert.notEqual(await kept.addresses(), null, 'within its time the answer is kept');
});
