import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findRoadFault, mostEnds, mostSteps } from './forwarding.ts';

const step = (address: string, ...targets: string[]) => ({ address, targets });

test('what comes to an end is let be; circles, long ways and crowds are not', () => {
  equal(findRoadFault([]), null);
  equal(
    findRoadFault([step('a@x.test', 'b@x.test'), step('b@x.test', 'c@x.test'), step('c@x.test', 'd@y.test')]),
    null,
  );
  equal(findRoadFault([step('a@x.test', 'b@x.test'), step('b@x.test', 'd@y.test', 'A@X.test')]), 'loop');
  const four = ['a', 'b', 'c', 'd'].map((each, at) => step(`${each}@x.test`, `${'bcde'[at]}@x.test`));
  equal(findRoadFault(four), 'too-long');
  const twenty = (of: string) => Array.from({ length: 20 }, (_, n) => `${of}${n}@x.test`);
  const crowd = [
    step('all@x.test', ...twenty('group')),
    ...twenty('group').map((each) => step(each, ...twenty('member'))),
  ];
  equal(findRoadFault(crowd), 'too-many');
});

test('property: where no fault is found, mail from each address ends, within the bounds', () => {
  const address = fc.integer({ min: 0, max: 7 }).map((n) => `${'abcdefgh'[n]}@x.test`);
  const steps = fc.uniqueArray(
    fc.record({ address, targets: fc.array(address, { minLength: 1, maxLength: 3 }) }),
    { selector: (each) => each.address, maxLength: 6 },
  );
  let sound = 0;
  fc.assert(
    fc.property(steps, (all) => {
      const fault = findRoadFault(all);
      deepEqual(findRoadFault(all.toReversed()) === null, fault === null);
      if (fault !== null) return;
      sound += 1;
      for (const { address: first } of all) {
        let at = [first];
        for (let passed = 0; passed < mostSteps; passed += 1)
          at = at.flatMap((each) => all.find((one) => one.address === each)?.targets ?? [each]);
        ok(at.every((each) => !all.some((one) => one.address === each)));
        ok(at.length <= mostEnds);
      }
    }),
  );
  ok(sound > 0);
});
