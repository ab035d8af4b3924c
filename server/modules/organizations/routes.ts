import { changeOrganization, getOrganization } from '#contract/organizations.ts';
import type { Database } from '#platform/database/database.ts';
import { route, type Route } from '#platform/http/route.ts';
import type { OrganizationsModule } from './module.ts';

export function organizationRoutes(
  organizations: Pick<OrganizationsModule, 'get' | 'change'>,
  database: Database,
): Route[] {
  return [
    route(getOrganization, ({ principal: { organizationId } }) =>
      database.inTenant(organizationId, (tx) => organizations.get(tx, organizationId)),
    ),
    route(changeOrganization, ({ principal, body, request }) =>
      organizations.change({
        organizationId: principal.organizationId,
        change: body,
        actor: principal.actor,
        ip: request.ip,
      }),
    ),
  ];
}
