import * as contract from '#contract/forwarding.ts';
import type { ForwardingId } from '#contract/ids.ts';
import { route, type Route } from '#platform/http/route.ts';
import { isUuid } from '#platform/ids.ts';
import type { Forwarding } from './forwarding.ts';
import type { Forwardings } from './forwardings.ts';

export function forwardingRoutes(forwardings: Forwardings): Route[] {
  const saved = async (forwarding: Forwarding) => ({
    ...toView(forwarding),
    doubts: [...(await forwardings.doubts(forwarding))],
  });

  return [
    route(contract.listForwardings, async ({ principal: { organizationId }, query: { cursor, limit } }) => {
      const after = cursor !== undefined && isUuid(cursor) ? (cursor as ForwardingId) : undefined;
      const rows = await forwardings.list(organizationId, after, limit + 1);
      const page = rows.slice(0, limit);
      return {
        items: page.map(toView),
        nextCursor: rows.length > limit ? (page.at(-1)?.forwardingId ?? null) : null,
      };
    }),

    route(contract.createForwarding, async ({ principal: { organizationId, actor }, body, request }) => {
      const which = { organizationId, forwardingId: request.creationId as ForwardingId };
      return saved(await forwardings.create(which, body, { actor, ip: request.ip }));
    }),

    route(
      contract.changeForwarding,
      async ({ principal: { organizationId, actor }, params, body, request: { ip } }) => {
        const which = { organizationId, forwardingId: params.forwardingId as ForwardingId };
        return saved(await forwardings.change(which, body, { actor, ip }));
      },
    ),

    route(contract.deleteForwarding, ({ principal: { organizationId, actor }, params, request: { ip } }) =>
      forwardings.remove(
        { organizationId, forwardingId: params.forwardingId as ForwardingId },
        { actor, ip },
      ),
    ),
  ];
}

function toView(forwarding: Forwarding): contract.ForwardingView {
  const { forwardingId, address, targets, keepsCopy, createdAt, failures, lastFailedAt } = forwarding;
  return {
    forwardingId,
    address,
    targets: [...targets],
    keepsCopy,
    createdAt: createdAt.toISOString(),
    failures,
    lastFailedAt: lastFailedAt?.toISOString() ?? null,
  };
}
