import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import {
  permissions,
  roleCategories,
  rolePermissions,
  roles,
  type Permission,
  type Role,
} from '#contract/permissions.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { newId } from '#platform/ids.ts';
import { testStaff } from '../../../test/support/staff.ts';

const staff = await testStaff();

/** Written out by hand: a change of a role must be made twice, once knowingly here. */
const table: Record<Permission, readonly Role[]> = {
  'message.read': ['administrator', 'clinician', 'front-desk'],
  'message.file': ['administrator', 'clinician', 'front-desk'],
  'message.read.shared': ['clinician', 'front-desk'],
  'message.send.internal': ['administrator', 'clinician', 'front-desk'],
  'message.send.external': ['administrator', 'clinician', 'front-desk'],
  'message.revoke': ['administrator', 'clinician', 'front-desk'],
  'message.release': ['administrator'],
  'delivery.read': ['administrator', 'clinician', 'front-desk'],
  'contact.read': ['clinician', 'front-desk'],
  'contact.manage': ['clinician', 'front-desk'],
  'key.own': ['administrator', 'clinician', 'front-desk'],
  'key.manage': ['administrator'],
  'apikey.manage': ['administrator', 'clinician', 'front-desk'],
  'policy.edit': ['administrator'],
  'domain.manage': ['administrator'],
  'queue.manage': ['administrator'],
  'quarantine.manage': ['administrator'],
  'user.manage': ['administrator'],
  'organization.manage': ['administrator'],
  'audit.read': ['administrator'],
  'audit.export': ['administrator'],
};

for (const role of roles) {
  test(`what ${role} may do`, async () => {
    const organization = await staff.newOrganizationWithStaff();
    const { organizationId } = organization;
    const { userId } = await organization.addUser('somebody', role);
    const principal: StaffPrincipal = {
      kind: 'user',
      organizationId,
      id: newId(),
      userId,
      actor: { kind: 'user', userId },
      permissions: rolePermissions[role],
    };
    for (const permission of permissions) {
      const { ok } = await staff.identity.authorize(principal, permission, '192.0.2.1');
      equal(ok, table[permission].includes(role), permission);
    }
    const refused = permissions.filter((permission) => !table[permission].includes(role));
    const events = staff.recorded.filter(
      (event) => event.organizationId === organizationId && event.kind === 'permission.refused',
    );
    deepEqual(
      events.map(({ fields }) => fields?.['permission']),
      refused,
    );
  });
}

test('a recipient holds no permission of staff', async () => {
  const { organizationId } = await staff.newOrganizationWithStaff();
  const recipientId = newId();
  const actor = { kind: 'recipient', recipientId } as const;
  const principal = { kind: 'recipient', organizationId, id: newId(), recipientId, actor } as const;
  for (const permission of permissions)
    equal((await staff.identity.authorize(principal, permission)).ok, false, permission);
});

test('what each role may send', () => {
  deepEqual([...roleCategories.administrator], ['administrative', 'internal']);
  deepEqual(
    [...roleCategories.clinician],
    ['clinical', 'appointment', 'lab-result', 'administrative', 'internal'],
  );
  deepEqual([...roleCategories['front-desk']], ['appointment', 'billing', 'administrative', 'internal']);
});

test('a user is found only inside the own organisation', async () => {
  const mine = await staff.newOrganizationWithStaff();
  const theirs = await staff.newOrganizationWithStaff();
  const see = (organizationId: OrganizationId, userId: UserId) =>
    staff.database.inTenant(organizationId, (tx) => staff.identity.getUser(tx, organizationId, userId));
  equal((await see(mine.organizationId, mine.administratorId))?.userId, mine.administratorId);
  equal(await see(mine.organizationId, theirs.administratorId), null);
  equal(
    await staff.database.inTenant(mine.organizationId, (tx) =>
      staff.identity.getUser(tx, theirs.organizationId, theirs.administratorId),
    ),
    null,
  );
});
