import type { Database } from '#platform/database/database.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Logger } from '#platform/log/log.ts';
import type { AccountRef, AccountStates } from './account.ts';
import { selectStates } from './account-store.ts';

export interface StateHub {
  /** Calls `onStates` now and whenever the account has changed, wherever that happened; the answer ends it. */
  watch(account: AccountRef, onStates: (states: AccountStates) => void): () => void;
  /** Something may have changed here: looks at once instead of at the next turn. */
  nudge(): void;
  readonly loop: Loop;
}

const everyMs = 1_000;

/**
 * Tells open connections of changes. One query a second for all accounts that are watched, none when no
 * one watches: it needs no connection of its own and works for any number of server processes.
 */
export function createStateHub({
  database,
  log,
}: {
  readonly database: Database;
  readonly log: Logger;
}): StateHub {
  interface Watcher {
    readonly account: AccountRef;
    readonly onStates: (states: AccountStates) => void;
    seen: AccountStates | undefined;
  }
  const watchers = new Set<Watcher>();

  async function runOnce(): Promise<number> {
    if (watchers.size === 0) return 0;
    const asked = new Map([...watchers].map(({ account }) => [keyOf(account), account]));
    const current = await database.acrossTenants((tx) => selectStates(tx, [...asked.values()]));
    const states = new Map(current.map((row) => [keyOf(row), row.states]));
    for (const watcher of watchers) {
      const now = states.get(keyOf(watcher.account));
      if (now === undefined || (watcher.seen !== undefined && sameStates(watcher.seen, now))) continue;
      watcher.seen = now;
      watcher.onStates(now);
    }
    return 0; // what was told brings nothing more to do
  }

  const loop = createLoop({ name: 'mailbox.push', everyMs, runOnce, log });
  return {
    watch(account, onStates) {
      const watcher: Watcher = { account, onStates, seen: undefined };
      watchers.add(watcher);
      loop.nudge();
      return () => void watchers.delete(watcher);
    },
    nudge: () => {
      if (watchers.size > 0) loop.nudge();
    },
    loop,
  };
}

function keyOf({ organizationId, userId }: AccountRef): string {
  return `${organizationId}/${userId}`;
}

function sameStates(a: AccountStates, b: AccountStates): boolean {
  return (
    a.email === b.email && a.mailbox === b.mailbox && a.thread === b.thread && a.submission === b.submission
  );
}
