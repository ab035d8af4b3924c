import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Tx } from '#platform/database/database.ts';
import {
  appendLeaves,
  emptyFrontier,
  packFrontier,
  rootOf,
  signCheckpoint,
  unpackFrontier,
} from '#protocols/tlog/index.ts';
import { originOf } from './origin.ts';
import type { SigningKeys } from './signing-keys.ts';
import {
  becomeSequencer,
  insertCheckpoints,
  insertEntries,
  selectHeads,
  takePending,
  type PendingLeaf,
  type StoredCheckpoint,
} from './tree-store.ts';

/** Events a transaction; one checkpoint for each organisation among them. */
export const sequencerBatch = 2_000;

/**
 * Gives recorded events their place in the tree of their organisation and signs the new heads, all in one
 * transaction: an event is taken exactly once, whenever its own transaction committed.
 * Answers how many; 0 also when another server is at it.
 */
export async function sequenceEvents({
  database,
  clock,
  keys,
}: {
  database: Database;
  clock: Clock;
  keys: SigningKeys;
}): Promise<number> {
  return database.acrossTenants(async (tx) => {
    if (!(await becomeSequencer(tx))) return 0;
    const leaves = await takePending(tx, sequencerBatch);
    if (leaves.length === 0) return 0;
    const byOrganization = Map.groupBy(leaves, (leaf) => leaf.organizationId);
    const heads = new Map(
      (await selectHeads(tx, [...byOrganization.keys()])).map((head) => [head.organizationId, head]),
    );
    const at = clock.now();
    const grown: Growth[] = [];
    for (const [organizationId, its] of byOrganization) {
      grown.push(await grow(tx, keys, organizationId, heads.get(organizationId), its, at));
    }
    await insertEntries(
      tx,
      grown.flatMap((growth) => growth.entries),
    );
    await insertCheckpoints(
      tx,
      grown.map((growth) => growth.checkpoint),
    );
    return leaves.length;
  });
}

interface Growth {
  readonly entries: (PendingLeaf & { readonly sequence: number })[];
  readonly checkpoint: StoredCheckpoint;
}

async function grow(
  tx: Tx,
  keys: SigningKeys,
  organizationId: OrganizationId,
  head: StoredCheckpoint | undefined,
  leaves: readonly PendingLeaf[],
  at: Date,
): Promise<Growth> {
  const before = head === undefined ? emptyFrontier : unpackFrontier(head.size, head.frontier);
  const after = appendLeaves(
    before,
    leaves.map((leaf) => leaf.leafHash),
  );
  const note = signCheckpoint(
    { origin: originOf(organizationId), size: after.size, root: rootOf(after) },
    await keys.of(tx, organizationId),
  );
  return {
    entries: leaves.map((leaf, index) => ({ ...leaf, sequence: before.size + index })),
    checkpoint: { organizationId, size: after.size, at, frontier: packFrontier(after), note },
  };
}
