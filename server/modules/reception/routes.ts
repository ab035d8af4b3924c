import type { MessageId } from '#contract/ids.ts';
import {
  deleteQuarantined,
  listQuarantine,
  releaseQuarantined,
  type QuarantinedView,
} from '#contract/quarantine.ts';
import { route, type Route } from '#platform/http/route.ts';
import { isUuid } from '#platform/ids.ts';
import type { ReceptionPorts } from './ports.ts';
import { quarantineWords, type HeldMessage } from './quarantine.ts';
import { selectHeld } from './quarantine-store.ts';
import { deleteHeld, expiryOf, releaseHeld } from './settle-held.ts';

export function quarantineRoutes(ports: ReceptionPorts): Route[] {
  const { database, keyring, organizations } = ports;
  return [
    route(listQuarantine, async ({ principal: { organizationId }, query: { cursor, limit } }) => {
      const after = cursor !== undefined && isUuid(cursor) ? (cursor as MessageId) : undefined;
      const { quarantineDays } = await organizations.settingsOf(organizationId);
      const held = await database.inTenant(organizationId, (tx) =>
        selectHeld(tx, keyring, organizationId, after, limit + 1),
      );
      const page = held.slice(0, limit);
      return {
        items: page.map((each) => toView(each, quarantineDays)),
        nextCursor: held.length > limit ? (page.at(-1)?.messageId ?? null) : null,
      };
    }),

    route(releaseQuarantined, async ({ principal: { organizationId, actor }, params, request: { ip } }) =>
      releaseHeld(ports, { organizationId, messageId: params.messageId as MessageId }, { actor, ip }),
    ),

    route(deleteQuarantined, async ({ principal: { organizationId, actor }, params, request: { ip } }) =>
      deleteHeld(ports, { organizationId, messageId: params.messageId as MessageId }, { actor, ip }),
    ),
  ];
}

function toView(held: HeldMessage, quarantineDays: number): QuarantinedView {
  const { messageId, reason, envelopeFrom, recipients, sizeBytes, quarantinedAt } = held;
  return {
    messageId,
    reason,
    words: quarantineWords(held),
    from: envelopeFrom,
    recipients: [...recipients],
    sizeBytes,
    quarantinedAt: quarantinedAt.toISOString(),
    expiresAt: expiryOf(held, quarantineDays).toISOString(),
  };
}
