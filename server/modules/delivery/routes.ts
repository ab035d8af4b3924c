import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import {
  getQueue,
  listQueued,
  pauseQueue as pauseEndpoint,
  resumeQueue as resumeEndpoint,
  retryDelivery,
  type QueuedDelivery,
} from '#contract/queue.ts';
import { route, type Route } from '#platform/http/route.ts';
import { readTimeCursor, writeTimeCursor } from '#platform/http/time-cursor.ts';
import { describeQueue, describeQueued } from './describe-queue.ts';
import { pauseQueue, resumeQueue } from './pause-queue.ts';
import type { DeliveryPorts } from './ports.ts';
import { countAhead, selectHeld, selectQueued, type QueuedRow } from './queue-store.ts';
import { retryNow } from './retry-now.ts';

/** `nudge`: something may go now. */
export function queueRoutes(ports: DeliveryPorts, nudge: () => void): Route[] {
  const { database } = ports;
  return [
    route(getQueue, ({ principal: { organizationId }, query }) =>
      database.inTenant(organizationId, (tx) => describeQueue(tx, ports, organizationId, query)),
    ),

    route(listQueued, ({ principal: { organizationId, permissions }, query }) =>
      database.inTenant(organizationId, async (tx) => {
        const { destination, cursor, limit } = query;
        const after = cursor === undefined ? undefined : readTimeCursor(cursor);
        const page = { after, limit: limit + 1 };
        const rows =
          destination === undefined
            ? await selectHeld(tx, organizationId, page)
            : await selectQueued(tx, organizationId, destination, page);
        const shown = rows.slice(0, limit);
        const first = shown[0];
        const ahead =
          first?.next_attempt_at == null || destination === undefined
            ? 0
            : await countAhead(tx, organizationId, destination, {
                at: first.next_attempt_at,
                id: first.delivery_id,
              });
        const items: QueuedDelivery[] = await describeQueued(tx, ports, organizationId, shown, {
          ahead,
          mayReadAddresses: permissions.has('contact.read'),
        });
        return { items, nextCursor: rows.length > limit ? cursorOf(shown.at(-1)) : null };
      }),
    ),

    route(pauseEndpoint, ({ principal: { organizationId, actor }, body, request: { ip } }) =>
      database.inTenant(organizationId, (tx) =>
        pauseQueue(tx, ports, { organizationId, actor, ip, what: body.what, reason: body.reason }),
      ),
    ),

    route(resumeEndpoint, async ({ principal: { organizationId, actor }, body, request: { ip } }) => {
      await database.inTenant(organizationId, (tx) =>
        resumeQueue(tx, ports, { organizationId, actor, ip, what: body.what }),
      );
      nudge();
    }),

    route(retryDelivery, async ({ principal: { organizationId, actor }, params, request: { ip } }) => {
      const deliveryId = params.deliveryId as DeliveryId;
      await database.inTenant(organizationId, (tx) =>
        retryNow(tx, ports, {
          organizationId: organizationId satisfies OrganizationId,
          deliveryId,
          actor,
          ip,
        }),
      );
      nudge();
    }),
  ];
}

function cursorOf(row: QueuedRow | undefined): string | null {
  return row === undefined
    ? null
    : writeTimeCursor({ at: row.next_attempt_at ?? row.state_since, id: row.delivery_id });
}
