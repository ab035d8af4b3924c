import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Answer } from '#protocols/dns/index.ts';
import { readSpfSuites, type SpfSuite } from '../../../test/support/spf-suite.ts';
import { withoutTestdata } from '../../../test/support/testdata.ts';
import { checkHost, type SpfResolver } from './check-host.ts';

/** The zones of a suite as the port, without any packet between. */
function resolverOf(suite: SpfSuite): SpfResolver {
  async function ask<R>(
    name: string,
    type: string,
    read: (record: ReturnType<typeof found>[number]) => R[],
  ): Promise<Answer<R>> {
    const answer = suite.lookUp(name, type);
    if (answer === null) return { kind: 'temporary' };
    if (answer === 'no-such-domain') return { kind: 'no-such-domain' };
    const records = found(answer, type).flatMap(read);
    return records.length === 0 ? { kind: 'no-data' } : { kind: 'found', records };
  }
  const found = (answer: NonNullable<Exclude<ReturnType<SpfSuite['lookUp']>, string>>, type: string) =>
    answer.filter((record) => record.type === type);
  const textual = (name: string, type: 'A' | 'AAAA' | 'PTR') =>
    ask(name, type, (record) => (record.type === type ? [record.data] : []));
  return {
    txt: (name) =>
      ask(name, 'TXT', (record) =>
        record.type === 'TXT' ? [[record.data].flat().map(String).join('')] : [],
      ),
    a: (name) => textual(name, 'A'),
    aaaa: (name) => textual(name, 'AAAA'),
    ptr: (name) => textual(name, 'PTR'),
    mx: (name) =>
      ask(name, 'MX', (record) =>
        record.type === 'MX'
          ? [{ preference: record.data.preference ?? 0, exchange: record.data.exchange }]
          : [],
      ),
  };
}

describe('the test suite of RFC 7208', { skip: withoutTestdata }, () => {
  const suites = withoutTestdata === false ? readSpfSuites() : [];
  test('has all its cases', () => {
    assert.equal(suites.flatMap(({ cases }) => cases).length, 203);
  });
  for (const suite of suites) {
    describe(suite.description, () => {
      for (const { name, helo, host, mailfrom, result, explanation } of suite.cases) {
        test(name, async () => {
          const question = {
            ip: host,
            helo,
            mailFrom: mailfrom,
            receiver: 'mx.clinic.test',
            now: new Date(0),
          };
          const found = await checkHost(question, resolverOf(suite));
          assert.ok(result.includes(found.verdict), `${found.verdict}, not ${result.join(' or ')}`);
          if (explanation !== undefined) assert.equal(found.explanation ?? 'DEFAULT', explanation);
        });
      }
    });
  }
});
