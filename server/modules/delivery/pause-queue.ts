import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { PauseScope } from '#contract/queue.ts';
import type { Actor } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { queuePaused } from './audit-trail.ts';
import type { DeliveryPorts } from './ports.ts';
import { deletePause, insertPause } from './queue-store.ts';
import { domainIndexOf, sealPauseText } from './sealed-columns.ts';

type Ports = Pick<DeliveryPorts, 'keyring' | 'clock' | 'audit'>;

export interface PauseChange {
  readonly organizationId: OrganizationId;
  readonly what: PauseScope;
  readonly actor: Actor;
  readonly ip?: string | undefined;
}

async function keyOf(keyring: DeliveryPorts['keyring'], organizationId: OrganizationId, what: PauseScope) {
  switch (what.scope) {
    case 'organization':
      return Buffer.alloc(0);
    case 'destination':
      return Buffer.from(what.destination);
    case 'domain':
      return domainIndexOf(keyring, organizationId, what.domain);
  }
}

/** Lets mail rest; what is under way ends. Nothing happens when it rests already. */
export async function pauseQueue(
  tx: Tx,
  { keyring, clock, audit }: Ports,
  { organizationId, what, actor, ip, reason }: PauseChange & { readonly reason: string },
): Promise<void> {
  const { scope } = what;
  const made = await insertPause(
    tx,
    {
      organizationId,
      scope,
      key: await keyOf(keyring, organizationId, what),
      labelSealed: scope === 'domain' ? await sealPauseText(keyring, organizationId, what.domain) : null,
      reasonSealed: await sealPauseText(keyring, organizationId, reason),
      pausedBy: userOf(actor),
    },
    clock.now(),
  );
  if (made) await queuePaused(audit, tx, { organizationId, paused: true, actor, ip, scope, reason });
}

/** Lets it go on. Nothing happens when it does not rest. */
export async function resumeQueue(
  tx: Tx,
  { keyring, audit }: Ports,
  { organizationId, what, actor, ip }: PauseChange,
): Promise<void> {
  const { scope } = what;
  const key = await keyOf(keyring, organizationId, what);
  if (await deletePause(tx, { organizationId, scope, key }))
    await queuePaused(audit, tx, { organizationId, paused: false, actor, ip, scope });
}

const userOf = (actor: Actor): UserId | null => ('userId' in actor ? actor.userId : null);
