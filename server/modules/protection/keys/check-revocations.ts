import { setTimeout as delay } from 'node:timers/promises';
import type { KeyId } from '#contract/ids.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { keyHeld, keyReleased, keyRevoked } from './audit-trail.ts';
import { createAskRevocation, type AskedStatus, type AskRevocation } from './ask-revocation.ts';
import type { KnownKeyRow } from './known-key-store.ts';
import { openKnownKey, standingOfRow } from './known-keys.ts';
import type { KeysPorts } from './ports.ts';
import { certificateIn } from './read-keys.ts';
import { claimRevocations, putRevocation } from './revocation-store.ts';

const hour = 3_600_000;
const leaseMs = hour / 6;
/** Longest until the next question, however long an answer counts. */
const askAgainMs = {
  good: 12 * hour,
  'on-hold': hour,
  unknown: hour,
  'nowhere-to-ask': 30 * 24 * hour,
  revoked: 24 * hour,
};
const by = { actor: { kind: 'system', part: 'protection' } } as const;

/** How long somebody who wants to use a certificate waits for the first answer about it. */
const firstAnswerMs = 10_000;

export interface RevocationChecks {
  /** Asks about each trusted certificate in time. */
  readonly loop: Loop;
  /**
   * Asks about those that would be used and about which nobody was ever asked. Ends with the answers, or after 10
   * seconds without: whoever comes again later finds them. Hold no transaction.
   */
  askFirst(rows: readonly KnownKeyRow[]): Promise<void>;
}

/** True when nobody has been asked about a certificate yet: nothing is encrypted to it. */
export function isNeverAsked({ kind, revocation }: Pick<KnownKeyRow, 'kind' | 'revocation'>): boolean {
  return kind === 'smime' && revocation === null;
}

/** What issuers say of certificates. One that is revoked is never used again. */
export function createRevocationChecks(
  ports: KeysPorts,
  ask: AskRevocation = createAskRevocation(ports),
): RevocationChecks {
  const { database, clock, keyring, log } = ports;
  const running = new Map<KeyId, Promise<void>>();

  async function check(row: KnownKeyRow): Promise<void> {
    const key = await openKnownKey(keyring, row);
    const certificate = certificateIn(key.material);
    const asked: AskedStatus = certificate === null ? { status: 'nowhere-to-ask' } : await ask(certificate);
    const now = clock.now();
    const { organizationId } = key;
    await database.inTenant(organizationId, async (tx) => {
      const put = { keyId: key.keyId, status: asked.status, now, dueAt: dueAt(asked, now) };
      const { before, after } = await putRevocation(tx, organizationId, put);
      if (before === after) return;
      if (after === 'revoked') await keyRevoked(ports.audit, tx, by, key);
      else if (after === 'on-hold') await keyHeld(ports.audit, tx, by, key);
      else if (before === 'on-hold') await keyReleased(ports.audit, tx, by, key);
    });
  }

  function checkOnce(row: KnownKeyRow): Promise<void> {
    const found = running.get(row.key_id);
    if (found !== undefined) return found;
    const started = check(row).finally(() => running.delete(row.key_id));
    running.set(row.key_id, started);
    return started;
  }

  async function runOnce(): Promise<number> {
    const claimed = await database.acrossTenants((tx) =>
      claimRevocations(tx, { now: clock.now(), leaseMs, limit: 4 }),
    );
    for (const row of claimed) await checkOnce(row);
    return claimed.length;
  }

  return {
    loop: createLoop({ name: 'protection.revocation', everyMs: 5_000, runOnce, log }),
    async askFirst(rows) {
      const now = clock.now();
      const wanted = rows.filter((row) => isNeverAsked(row) && standingOfRow(row, now) === 'in-use');
      if (wanted.length === 0) return;
      const isOver = new AbortController();
      const late = delay(firstAnswerMs, undefined, { signal: isOver.signal, ref: false }).catch(
        () => undefined,
      );
      // What fails is asked again by the loop; until then it counts as not asked.
      const answers = Promise.allSettled(wanted.map(checkOnce)).then(() => isOver.abort());
      await Promise.race([answers, late]);
    },
  };
}

function dueAt(asked: AskedStatus, now: Date): Date {
  const latest = now.getTime() + askAgainMs[asked.status];
  const until = asked.status === 'good' ? (asked.until?.getTime() ?? latest) : latest;
  return new Date(Math.max(Math.min(latest, until), now.getTime() + leaseMs));
}
