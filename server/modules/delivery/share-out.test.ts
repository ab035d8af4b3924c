import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OrganizationId } from '#contract/ids.ts';
import { shareOut, type Room, type Stream } from './share-out.ts';

const stream = (priority: number, organization: string, destination: string): Stream => ({
  priority,
  organizationId: organization as OrganizationId,
  destination,
  domainIndex: Buffer.alloc(0),
});
const room = (change: Partial<Room> = {}): Room => ({
  total: 100,
  at: () => 100,
  served: new Map(),
  fromBelow: false,
  ...change,
});
const grantsOf = (streams: Stream[], given: Room) =>
  shareOut(streams, given).map(({ stream: { priority, organizationId, destination }, most }) => [
    priority,
    organizationId,
    destination,
    most,
  ]);

test('care takes all that there is before marketing gets any', () => {
  assert.deepEqual(grantsOf([stream(6, 'a', 'x'), stream(2, 'a', 'y')], room({ total: 40 })), [
    [2, 'a', 'y', 40],
  ]);
});

test('now and then a quarter goes to the last first', () => {
  assert.deepEqual(
    grantsOf([stream(6, 'a', 'x'), stream(2, 'a', 'y')], room({ total: 40, fromBelow: true })),
    [
      [6, 'a', 'x', 10],
      [2, 'a', 'y', 30],
    ],
  );
});

test('at a destination that takes little, organisations share, and who had least goes first', () => {
  const streams = [stream(2, 'a', 'x'), stream(2, 'b', 'x')];
  const served = new Map([['a' as OrganizationId, 500]]);
  assert.deepEqual(grantsOf(streams, room({ at: () => 4, served })), [[2, 'b', 'x', 4]]);
  assert.deepEqual(grantsOf(streams, room({ at: () => 8 })), [
    [2, 'a', 'x', 4],
    [2, 'b', 'x', 4],
  ]);
});

test('one organisation with many destinations has no more than one with few', () => {
  const many = Array.from({ length: 20 }, (_, n) => stream(2, 'a', `x${n}`));
  const grants = shareOut([...many, stream(2, 'b', 'y')], room({ total: 80 }));
  const of = (organization: string) =>
    grants
      .filter(({ stream: { organizationId } }) => organizationId === organization)
      .reduce((sum, { most }) => sum + most, 0);
  assert.deepEqual([of('a'), of('b')], [40, 40]);
});

test('never more than there is room for, in all and at each destination', () => {
  const anyStream = fc.record({
    priority: fc.constantFrom(0, 1, 2, 4, 6),
    organizationId: fc.constantFrom('a', 'b', 'c').map((id) => id as OrganizationId),
    destination: fc.constantFrom('x', 'y', 'z'),
    domainIndex: fc.constant(Buffer.alloc(0)),
  });
  fc.assert(
    fc.property(
      fc.array(anyStream, { maxLength: 60 }),
      fc.nat(60),
      fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.nat(20)),
      fc.boolean(),
      (streams, total, at, fromBelow) => {
        const grants = shareOut(streams, room({ total, at: (key) => at[key] ?? 0, fromBelow }));
        const sums = new Map<string, number>();
        for (const { stream: each, most } of grants) {
          assert.ok(most > 0);
          sums.set(each.destination, (sums.get(each.destination) ?? 0) + most);
        }
        for (const [key, sum] of sums) assert.ok(sum <= (at[key] ?? 0));
        const sum = [...sums.values()].reduce((a, b) => a + b, 0);
        assert.ok(sum <= total);
        // What could go and was not granted met a limit.
        for (const each of streams)
          assert.ok(sum === total || (sums.get(each.destination) ?? 0) === (at[each.destination] ?? 0));
      },
    ),
  );
});
