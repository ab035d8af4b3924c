import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import type { ClaimedDelivery } from './delivery.ts';
import { groupDeliveries } from './group-deliveries.ts';

const organizationId = newId<OrganizationId>();
const messageId = newId<MessageId>();

const claimed = (
  domain: string,
  change: Partial<Pick<ClaimedDelivery, 'messageId' | 'protection'>> = {},
): ClaimedDelivery => ({
  purpose: 'message',
  senderId: newId<UserId>(),
  letterId: null,
  organizationId,
  deliveryId: newId<DeliveryId>(),
  messageId,
  address: `a@${domain}`,
  domain,
  domainIndex: Buffer.from(domain),
  destination: '',
  returnPath: 'nurse@clinic.test',
  sizeBytes: 100,
  lane: 'care',
  protection: 'tls-verified',
  offerDays: 90,
  dsn: null,
  attempt: 1,
  giveUpAt: new Date(0),
  priority: 2,
  urged: false,
  interruptions: 0,
  before: { state: 'queued', since: new Date(0), due: new Date(0) },
  ...change,
});

test('one conversation for the recipients of one message at one domain, with one protection', () => {
  const groups = groupDeliveries([
    claimed('x.test'),
    claimed('y.test'),
    claimed('x.test'),
    claimed('x.test', { protection: 'tls-sts' }),
    claimed('x.test', { messageId: newId<MessageId>() }),
  ]);
  assert.deepEqual(
    groups.map(({ domain, deliveries }) => [domain, deliveries.length]),
    [
      ['x.test', 2],
      ['y.test', 1],
      ['x.test', 1],
      ['x.test', 1],
    ],
  );
});

test('no more than a hundred recipients in one', () => {
  const groups = groupDeliveries(Array.from({ length: 250 }, () => claimed('x.test')));
  assert.deepEqual(
    groups.map(({ deliveries }) => deliveries.length),
    [100, 100, 50],
  );
});
