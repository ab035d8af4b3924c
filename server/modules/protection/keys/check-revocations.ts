import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { keyRevoked } from './audit-trail.ts';
import { createAskRevocation, type AskedStatus } from './ask-revocation.ts';
import { openKnownKey } from './known-keys.ts';
import type { KeysPorts } from './ports.ts';
import { certificateIn } from './read-keys.ts';
import { claimRevocations, putRevocation } from './revocation-store.ts';

const hour = 3_600_000;
const leaseMs = hour / 6;
/** Longest until the next question, however long an answer counts. */
const askAgainMs = { good: 12 * hour, unknown: hour, 'nowhere-to-ask': 30 * 24 * hour, revoked: 24 * hour };
const by = { actor: { kind: 'system', part: 'protection' } } as const;

/** Asks about each trusted certificate in time; one that is revoked is never used again. */
export function createRevocationLoop(ports: KeysPorts): Loop {
  const { database, clock, keyring, log } = ports;
  const ask = createAskRevocation(ports);

  async function runOnce(): Promise<number> {
    const claimed = await database.acrossTenants((tx) =>
      claimRevocations(tx, { now: clock.now(), leaseMs, limit: 4 }),
    );
    for (const row of claimed) {
      const key = await openKnownKey(keyring, row);
      const certificate = certificateIn(key.material);
      const asked: AskedStatus = certificate === null ? { status: 'nowhere-to-ask' } : await ask(certificate);
      const now = clock.now();
      const { organizationId } = key;
      await database.inTenant(organizationId, async (tx) => {
        const put = { keyId: key.keyId, status: asked.status, now, dueAt: dueAt(asked, now) };
        const isNews = await putRevocation(tx, organizationId, put);
        if (isNews && asked.status === 'revoked') await keyRevoked(ports.audit, tx, by, key);
      });
    }
    return claimed.length;
  }

  return createLoop({ name: 'protection.revocation', everyMs: 5_000, runOnce, log });
}

function dueAt(asked: AskedStatus, now: Date): Date {
  const latest = now.getTime() + askAgainMs[asked.status];
  const until = asked.status === 'good' ? (asked.until?.getTime() ?? latest) : latest;
  return new Date(Math.max(Math.min(latest, until), now.getTime() + leaseMs));
}
