import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { OrganizationId } from '#contract/ids.ts';
import { newId } from '#platform/ids.ts';
import type { PeerTls } from '#protocols/smtp/index.ts';
import type { RouteHost } from './mail-route.ts';
import type { KnownPolicy } from './sts-policies.ts';
import { describeForbidden, describeSession } from './tls-session.ts';

const about = { organizationId: newId<OrganizationId>(), submitter: 'clinic.test', domain: 'partner.test' };
const tls: PeerTls = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  verdict: 'verified',
  problems: [],
  because: '',
  name: 'mx.partner.test',
  certificate: null,
};
const seen = { ...about, host: 'mx.partner.test', address: '192.0.2.1', tls };
const policyOf = (mode: 'enforce' | 'testing', ...mx: string[]): KnownPolicy => ({
  id: '1',
  policy: { mode, mx, maxAge: 86_400 },
  validUntil: new Date(),
});
const server = (host: string, preference: number, bogus = false): RouteHost => ({
  host,
  preference,
  addresses: [`192.0.2.${preference}`],
  ...(bogus ? { dane: { tlsa: { kind: 'failed' as const }, names: [] } } : {}),
});

test('a session without the policy that could not be had says why it could not', () => {
  const none = { server: undefined, known: null };
  for (const stsProblem of ['sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid'] as const) {
    const session = describeSession(seen, { ...none, stsProblem });
    deepEqual([session?.policyType, session?.policy, session?.result], ['sts', [], stsProblem]);
    const open = describeSession({ ...seen, tls: null }, { ...none, stsProblem });
    deepEqual([open?.policyType, open?.result], ['no-policy-found', 'starttls-not-supported']);
  }
  equal(describeSession(seen, { ...none, stsProblem: null })?.result, null);
});

test('a session that nothing allowed to begin is counted with the reason, at the best server', () => {
  const bogus = [server('b.partner.test', 20, true), server('a.partner.test', 10, true)];
  deepEqual(describeForbidden(about, bogus, null), {
    ...about,
    policyType: 'tlsa',
    policy: [],
    mxHosts: [],
    result: 'dnssec-invalid',
    receivingMx: 'a.partner.test',
    receivingIp: '192.0.2.10',
  });
  const unnamed = describeForbidden(
    about,
    [server('mx.partner.test', 10)],
    policyOf('enforce', 'other.test'),
  );
  deepEqual(
    [unnamed?.policyType, unnamed?.mxHosts, unnamed?.result, unnamed?.policy[1]],
    ['sts', ['other.test'], 'validation-failure', 'mode: enforce'],
  );
  // Bogus records of one, and a policy that does not name the other.
  const mixed = [server('a.partner.test', 10, true), server('b.partner.test', 20)];
  equal(describeForbidden(about, mixed, policyOf('enforce', 'a.partner.test'))?.result, 'dnssec-invalid');
  equal(describeForbidden(about, mixed, null), null, 'the other may be used');
  equal(describeForbidden(about, [server('mx.partner.test', 10)], policyOf('testing', 'other.test')), null);
  equal(describeForbidden(about, [], null), null);
});
