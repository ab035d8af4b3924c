import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrganizationSettings } from '#contract/organizations.ts';
import type { MessageId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import { testClock } from '../../../test/support/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { createPolicyModule } from './index.ts';

const db = await testDatabase();
const policy = createPolicyModule({
  clock: testClock(),
  organizations: {
    get: async (_, organizationId) => ({
      organizationId,
      name: 'Clinic',
      slug: 'clinic',
      revision: 1,
      settings: OrganizationSettings.parse({ portalName: 'Clinic', offerDays: 30 }),
    }),
  },
});

test('decides by the settings of the organisation, and keeps the first decision about a message', async () => {
  const organizationId = db.newOrganization();
  const messageId = newId<MessageId>();
  const kept = await db.database.inTenant(organizationId, async (tx) => {
    const decision = await policy.decide(tx, {
      organizationId,
      category: 'administrative',
      options: { protection: 'portal' },
    });
    assert.equal(decision.floor, 'portal');
    assert.equal(decision.expiresInDays, 30);
    await policy.saveDecisions(tx, organizationId, [{ messageId, decision }]);
    await policy.saveDecisions(tx, organizationId, [{ messageId, decision: { ...decision, block: true } }]);
    return { decision, found: await policy.decisionOf(tx, organizationId, messageId) };
  });
  assert.deepEqual(kept.found, kept.decision);
  const elsewhere = await db.database.inTenant(db.newOrganization(), (tx) =>
    policy.decisionOf(tx, organizationId, messageId),
  );
  assert.equal(elsewhere, null);
});
