import { getAuditCheckpoint, listAuditEvents } from '#contract/audit.ts';
import { route, type Route } from '#platform/http/route.ts';
import { encodeVerifierKey } from '#protocols/tlog/index.ts';
import { auditRead } from './audit-trail.ts';
import { selectCheckpoints } from './entry-store.ts';
import { AuditError } from './errors.ts';
import type { Audit, AuditPorts } from './module.ts';
import { originOf } from './origin.ts';
import { readLog } from './read-log.ts';
import type { SigningKeys } from './signing-keys.ts';

export function auditRoutes(audit: Audit, { database, keyring }: AuditPorts, keys: SigningKeys): Route[] {
  return [
    route(listAuditEvents, async ({ query, principal: { organizationId, actor }, request: { ip } }) => {
      const { cursor, limit } = query;
      return database.inTenant(organizationId, async (tx) => {
        const page = await readLog(tx, keyring, organizationId, {
          limit,
          ...(cursor === undefined ? {} : { before: Number(cursor) }),
        });
        const [newest, oldest] = [page.items[0], page.items.at(-1)];
        if (newest !== undefined && oldest !== undefined) {
          await auditRead(audit, tx, {
            organizationId,
            actor,
            ip,
            first: oldest.sequence,
            last: newest.sequence,
          });
        }
        return page;
      });
    }),
    route(getAuditCheckpoint, async ({ principal: { organizationId } }) =>
      database.inTenant(organizationId, async (tx) => {
        const [head] = await selectCheckpoints(tx, organizationId, { order: 'latest', limit: 1 });
        if (head === undefined)
          throw new AuditError(
            'not-found',
            'Nothing has been recorded yet. The first event is signed within a second.',
          );
        const verifierKey = encodeVerifierKey(await keys.of(tx, organizationId));
        return {
          origin: originOf(organizationId),
          size: head.size,
          at: head.at.toISOString(),
          note: head.note,
          verifierKey,
        };
      }),
    ),
  ];
}
