import * as contract from '#contract/gateway.ts';
import { route, type Route } from '#platform/http/route.ts';
import type { Relay, RelayId } from './relay.ts';
import type { Relays } from './relays.ts';

export function relayRoutes(relays: Relays): Route[] {
  return [
    route(contract.listRelays, async ({ principal: { organizationId } }) => ({
      items: (await relays.list(organizationId)).map(toView),
    })),
    route(contract.createRelay, async ({ principal: { organizationId, actor }, body, request: { ip } }) => {
      const { relay, token } = await relays.create(organizationId, body, { actor, ip });
      return { ...toView(relay), token };
    }),
    route(
      contract.changeRelay,
      async ({ principal: { organizationId, actor }, params, body, request: { ip } }) => {
        const which = { organizationId, relayId: params.relayId as RelayId };
        const { relay, token } = await relays.change(which, body, { actor, ip });
        return { ...toView(relay), token };
      },
    ),
    route(
      contract.renewRelayToken,
      async ({ principal: { organizationId, actor }, params, request: { ip } }) => {
        const which = { organizationId, relayId: params.relayId as RelayId };
        const { relay, token } = await relays.renewToken(which, { actor, ip });
        return { ...toView(relay), token };
      },
    ),
    route(contract.deleteRelay, ({ principal: { organizationId, actor }, params, request: { ip } }) =>
      relays.remove(organizationId, params.relayId as RelayId, { actor, ip }),
    ),
  ];
}

function toView(relay: Relay): contract.RelayView {
  const { relayId, name, kind, networks, fingerprints, certificateNames, senderDomains, userId } = relay;
  return {
    relayId,
    name,
    kind,
    networks: [...networks],
    fingerprints: [...fingerprints],
    certificateNames: [...certificateNames],
    senderDomains: [...senderDomains],
    userId,
    needsToken: relay.tokenDigest !== null,
  };
}
