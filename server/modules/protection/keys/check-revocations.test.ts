import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '#platform/log/log.ts';
import { createOpenPgp } from '#protocols/openpgp/index.ts';
import { mailAuthority } from '../../../../test/support/mail-certificates.ts';
import { mainRoad } from '../../../../test/support/main-road.ts';
import type { AskedStatus } from './ask-revocation.ts';
import { createRevocationChecks } from './check-revocations.ts';
import { createSmime } from './create-smime.ts';
import { encryptMessage } from './encrypt-message.ts';
import { keysOfAddresses } from './known-keys.ts';

const road = await mainRoad();
const { organizationId } = await road.newOrganizationWithStaff();
const authority = await mailAuthority();
const content = Buffer.from('From: a@b.test\r\nSubject: x\r\n\r\nPlain\r\n');
const by = { actor: { kind: 'system', part: 'test' } } as const;

/** An issuer whose answers wait for the test, unless it says the same of all, and what asks it. */
function issuer(ofAll?: AskedStatus) {
  const asked: PromiseWithResolvers<AskedStatus>[] = [];
  const ports = {
    ...road,
    log: silentLogger,
    resolver: road.dns,
    smime: createSmime(),
    openpgp: createOpenPgp(),
    webKeys: { port: 443, trusted: [], allowPrivate: true },
  };
  const revocation = createRevocationChecks(ports, () => {
    const answer = Promise.withResolvers<AskedStatus>();
    asked.push(answer);
    if (ofAll !== undefined) answer.resolve(ofAll);
    return answer.promise;
  });
  const encrypt = async (recipient: string) => {
    const made = await encryptMessage(
      { ...ports, revocation },
      { organizationId, kind: 'smime', recipient, content },
    );
    return made.ok ? 'encrypted' : made.because;
  };
  return { asked, revocation, encrypt };
}

async function trust(address: string): Promise<void> {
  const { certificate } = await authority.issue(address, { key: 'rsa' });
  await road.keys.addTrusted(organizationId, certificate.x509.toString(), by);
}

const rowOf = (address: string) =>
  road.database.inTenant(organizationId, async (tx) => {
    const [row] = (await keysOfAddresses(tx, road, organizationId, [address])).get(address) ?? [];
    ok(row);
    return row;
  });

async function until(asked: readonly unknown[], count: number): Promise<void> {
  while (asked.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test('nothing is encrypted to a certificate before its issuer was asked', async () => {
  for (const [address, status, outcome] of [
    ['good@verified.test', 'good', 'encrypted'],
    ['unknown@verified.test', 'unknown', 'encrypted'],
    ['silent@verified.test', 'nowhere-to-ask', 'encrypted'],
    ['revoked@verified.test', 'revoked', 'key-gone'],
    ['held@verified.test', 'on-hold', 'key-gone'],
  ] as const) {
    const { asked, encrypt } = issuer();
    await trust(address);
    const made = encrypt(address);
    await until(asked, 1);
    equal(await Promise.race([made, Promise.resolve('waits')]), 'waits');
    asked[0]?.resolve(status === 'good' ? { status, until: null } : { status });
    equal(await made, outcome, address);
    equal((await rowOf(address)).revocation, status);
    // Once is enough.
    equal(await encrypt(address), outcome);
    equal(asked.length, 1);
  }
});

test('two who wait for the same answer ask once', async () => {
  const { asked, revocation } = issuer();
  await trust('twice@verified.test');
  const row = await rowOf('twice@verified.test');
  const both = [revocation.askFirst([row]), revocation.askFirst([row])];
  await until(asked, 1);
  asked[0]?.resolve({ status: 'good', until: null });
  await Promise.all(both);
  equal(asked.length, 1);
});

test('when asking fails the message waits, and the certificate still counts as not asked about', async () => {
  const { asked, encrypt } = issuer();
  await trust('fails@verified.test');
  const made = encrypt('fails@verified.test');
  await until(asked, 1);
  asked[0]?.reject(new Error('out of order'));
  equal(await made, 'unchecked');
  equal((await rowOf('fails@verified.test')).revocation, null);
});

test('a hold that its issuer ends is over, and both are in the audit log', async () => {
  await trust('back@verified.test');
  equal(await issuer({ status: 'on-hold' }).encrypt('back@verified.test'), 'key-gone');
  road.clock.advance(2 * 3_600_000);
  const { revocation, encrypt } = issuer({ status: 'good', until: null });
  await revocation.loop.runUntilIdle();
  equal(await encrypt('back@verified.test'), 'encrypted');
  const { key_id: keyId } = await rowOf('back@verified.test');
  deepEqual(
    road.recorded.filter(({ subject }) => subject?.id === keyId).map(({ kind }) => kind),
    ['key.added', 'key.held', 'key.released'],
  );
});
