import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StsPolicy } from '#protocols/mta-sts/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { txt } from '../../../lab/dns/zone.ts';
import { testProtection } from '../../../test/support/protection.ts';
import type { StsProblem } from './fetch-sts-policy.ts';
import { createStsPolicies } from './sts-policies.ts';

const { db, clock, lab } = await testProtection();
const day = 24 * 3_600_000;

test('a policy is kept, refreshed before it ends, and outlives failures (RFC 8461 §3.3, §5.1)', async () => {
  const domain = 'keeps.test';
  const publish = (id: string | null) =>
    lab.dns.setZone({
      name: domain,
      records: id === null ? [] : [txt(`_mta-sts.${domain}`, `v=STSv1; id=${id};`)],
    });
  const week: StsPolicy = { mode: 'enforce', mx: ['mx.keeps.test'], maxAge: 7 * 86_400 };
  let there: StsPolicy | null = week;
  let problem: StsProblem = 'sts-policy-fetch-error';
  let fetches = 0;
  const { policyOf, problemOf, askAnew } = createStsPolicies({
    database: db.database,
    clock,
    resolver: createResolver({ servers: parseDnsServers(lab.dnsServer), clock, cacheSize: 0 }),
    async fetch() {
      fetches += 1;
      return there === null ? { ok: false, problem } : { ok: true, policy: there };
    },
  });

  publish('1');
  assert.equal((await policyOf(domain))?.policy.mode, 'enforce');
  clock.advance(4 * day);
  await policyOf(domain);
  assert.equal(fetches, 1, 'three days are left: the same id is not fetched again');
  clock.advance(1.5 * day);
  const refreshed = await policyOf(domain);
  assert.equal(fetches, 2, 'it would end soon');
  assert.ok((refreshed?.validUntil.getTime() ?? 0) > clock.now().getTime() + 6 * day);

  there = null;
  publish('2');
  assert.equal((await policyOf(domain))?.id, '1', 'a fetch that fails takes nothing away');
  assert.equal(fetches, 3);
  await policyOf(domain);
  assert.equal(fetches, 3, 'and is not repeated at once');
  assert.equal(problemOf(domain), null, 'as long as one is in force');
  publish(null);
  assert.equal((await policyOf(domain))?.id, '1', 'nor does a record that disappears');
  clock.advance(8 * day);
  assert.equal(await policyOf(domain), null, 'it ends by itself');
  assert.equal(problemOf(domain), null, 'without a record nothing is wrong');

  for (const each of ['sts-policy-fetch-error', 'sts-webpki-invalid'] as const) {
    problem = each;
    publish(each.replaceAll('-', ''));
    assert.equal(await policyOf(domain), null);
    assert.equal(problemOf(domain), each);
    await policyOf(domain);
    assert.equal(problemOf(domain), each, 'also while nothing is fetched');
  }

  there = week;
  publish('3');
  await policyOf(domain);
  assert.equal(problemOf(domain), null, 'now there is one');
  there = { ...week, mode: 'none', mx: [] };
  assert.equal((await policyOf(domain))?.policy.mode, 'enforce', 'the id is the same');
  await askAnew(domain);
  assert.equal((await policyOf(domain))?.policy.mode, 'none', 'an administrator had it looked up again');
  there = week;
  await askAnew(domain);
  for (const record of ['4', null]) {
    publish(record);
    there = null;
    await askAnew(domain);
    assert.equal((await policyOf(domain))?.policy.mode, 'enforce', 'without another it stays in force');
  }
  there = { ...week, mode: 'none', mx: [] };
  await askAnew(domain);
  assert.equal(
    (await policyOf(domain))?.policy.mode,
    'none',
    'what its own server says counts without a record',
  );
  const before = fetches;
  await askAnew('other.test');
  assert.equal(fetches, before, 'who publishes nothing and had nothing is not asked');

  publish('5');
  assert.equal((await policyOf(domain))?.policy.mode, 'none');
});
