import {
  checkDomainDns,
  forceDkimKey as forceEndpoint,
  getDomainDns,
  revokeDkimKey as revokeEndpoint,
  rotateDkim,
  type DomainDnsView,
} from '#contract/domain-dns.ts';
import type { DomainId, OrganizationId } from '#contract/ids.ts';
import { route, type Route } from '#platform/http/route.ts';
import { checkDns } from './check-dns.ts';
import type { DkimKeyId } from './dkim-key.ts';
import { selectFindings, selectKeys } from './dkim-key-store.ts';
import { dnsViewOf } from './dns-view.ts';
import { findDomain } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';
import { forceDkimKey, revokeDkimKey, rotateDkimKeys, type WhichDomain } from './rotate-dkim-keys.ts';

/** `forget` is told of every domain whose keys or records changed. */
export function domainDnsRoutes(
  ports: DomainsPorts,
  forget: (organizationId: OrganizationId, name: string) => void,
): Route[] {
  async function view(which: WhichDomain): Promise<DomainDnsView> {
    const { organizationId, domainId } = which;
    return ports.database.inTenant(organizationId, async (tx) => {
      const domain = await findDomain(tx, domainId);
      if (domain === undefined) throw new DomainsError('not-found', 'The organisation has no such domain.');
      forget(organizationId, domain.name);
      const keys = await selectKeys(tx, organizationId, domainId);
      return dnsViewOf(domain, keys, await selectFindings(tx, organizationId, domainId), ports.hostname);
    });
  }
  const whichOf = (organizationId: OrganizationId, params: { domainId: string }): WhichDomain => ({
    organizationId,
    domainId: params.domainId as DomainId,
  });

  return [
    route(getDomainDns, ({ principal: { organizationId }, params }) => view(whichOf(organizationId, params))),

    route(checkDomainDns, async ({ principal: { organizationId }, params }) => {
      const which = whichOf(organizationId, params);
      await checkDns(ports, which);
      return view(which);
    }),

    route(rotateDkim, async ({ principal: { organizationId, actor }, params, request: { ip } }) => {
      const which = whichOf(organizationId, params);
      await rotateDkimKeys(ports, which, { actor, ip });
      return view(which);
    }),

    route(forceEndpoint, async ({ principal: { organizationId, actor }, params, request: { ip } }) => {
      const which = whichOf(organizationId, params);
      await forceDkimKey(ports, which, params.dkimKeyId as DkimKeyId, { actor, ip });
      return view(which);
    }),

    route(revokeEndpoint, async ({ principal: { organizationId, actor }, params, request: { ip } }) => {
      const which = whichOf(organizationId, params);
      await revokeDkimKey(ports, which, params.dkimKeyId as DkimKeyId, { actor, ip });
      return view(which);
    }),
  ];
}
