import { forgetDomain, listForgottenDomains } from '#contract/protection.ts';
import { route, type Route } from '#platform/http/route.ts';
import type { ForgottenDomains } from './forgotten-domains.ts';
import type { ForgottenDomain } from './forgotten-store.ts';

export function forgottenDomainRoutes(forgotten: ForgottenDomains): Route[] {
  return [
    route(listForgottenDomains, async ({ principal: { organizationId } }) => ({
      items: (await forgotten.list(organizationId)).map(toView),
    })),
    route(forgetDomain, async ({ principal: { organizationId, actor }, body, request: { ip } }) =>
      toView(await forgotten.forget(organizationId, body.domain, { actor, ip })),
    ),
  ];
}

const toView = ({ domain, forgottenAt }: ForgottenDomain) => ({
  domain,
  forgottenAt: forgottenAt.toISOString(),
});
