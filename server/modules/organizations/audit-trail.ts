import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Actor, Audit } from '#modules/audit/index.ts';

type Recorder = Pick<Audit, 'record'>;

export function organizationCreated(
  audit: Recorder,
  tx: Tx,
  { organizationId, name, slug }: { organizationId: OrganizationId; name: string; slug: string },
): Promise<void> {
  return audit.record(tx, {
    organizationId,
    kind: 'organization.created',
    actor: { kind: 'system', part: 'organizations' },
    subject: { type: 'organization', id: organizationId },
    fields: { name, slug },
  });
}

export function organizationChanged(
  audit: Recorder,
  tx: Tx,
  change: {
    organizationId: OrganizationId;
    changes: readonly { what: string; before: string; after: string }[];
    revision: number;
    actor: Actor;
    ip: string | undefined;
  },
): Promise<void> {
  return audit.record(tx, {
    organizationId: change.organizationId,
    kind: 'organization.changed',
    actor: change.actor,
    subject: { type: 'organization', id: change.organizationId },
    fields: {
      revision: change.revision,
      ...Object.fromEntries(
        change.changes.flatMap(({ what, before, after }) => [
          [`${what}.before`, before],
          [`${what}.after`, after],
        ]),
      ),
    },
    ip: change.ip,
  });
}
