import type { DomainId } from '#contract/ids.ts';
import {
  addDomain as addDomainEndpoint,
  getDomain as getDomainEndpoint,
  listDomains as listDomainsEndpoint,
  proveDomain as proveDomainEndpoint,
  setDestination as setDestinationEndpoint,
  type DomainView,
} from '#contract/domains.ts';
import { route, type Route } from '#platform/http/route.ts';
import { isUuid } from '#platform/ids.ts';
import { addDomain } from './add-domain.ts';
import { proofRecordName, proofRecordValue, type Domain } from './domain.ts';
import { findDomain, selectDomains } from './domain-store.ts';
import { DomainsError } from './errors.ts';
import type { DomainsPorts } from './ports.ts';
import { proveDomain } from './prove-domain.ts';
import { setDestination } from './set-destination.ts';

/** `forget` is told of every name that changed. */
export function domainRoutes(ports: DomainsPorts, forget: (name: string) => void): Route[] {
  return [
    route(listDomainsEndpoint, async ({ principal, query: { cursor, limit } }) => {
      const after = cursor !== undefined && isUuid(cursor) ? (cursor as DomainId) : undefined;
      const rows = await ports.database.inTenant(principal.organizationId, (tx) =>
        selectDomains(tx, after, limit + 1),
      );
      const page = rows.slice(0, limit);
      return {
        items: page.map(toView),
        nextCursor: rows.length > limit ? (page.at(-1)?.domainId ?? null) : null,
      };
    }),

    route(getDomainEndpoint, async ({ principal, params }) => {
      const domain = await ports.database.inTenant(principal.organizationId, (tx) =>
        findDomain(tx, params.domainId as DomainId),
      );
      if (domain === undefined) throw new DomainsError('not-found', 'The organisation has no such domain.');
      return toView(domain);
    }),

    route(addDomainEndpoint, async ({ principal, body, request }) => {
      const { organizationId, actor } = principal;
      const command = {
        organizationId,
        domainId: request.creationId as DomainId,
        name: body.name,
        state: 'unproven',
      } as const;
      const by = { actor, ip: request.ip };
      return toView(await ports.database.inTenant(organizationId, (tx) => addDomain(tx, ports, command, by)));
    }),

    route(proveDomainEndpoint, async ({ principal, params, request }) => {
      const { organizationId, actor } = principal;
      const target = { organizationId, domainId: params.domainId as DomainId };
      const domain = await proveDomain(ports, target, { actor, ip: request.ip });
      forget(domain.name);
      return toView(domain);
    }),

    route(setDestinationEndpoint, async ({ principal, params, body, request }) => {
      const { organizationId, actor } = principal;
      const target = { organizationId, domainId: params.domainId as DomainId };
      const by = { actor, ip: request.ip };
      const domain = await setDestination(ports, target, body.destination, by);
      forget(domain.name);
      return toView(domain);
    }),
  ];
}

function toView(domain: Domain): DomainView {
  const { domainId, name, state, receives, sends, destination } = domain;
  const proof =
    state === 'proven'
      ? null
      : { recordName: proofRecordName(domain), recordValue: proofRecordValue(domain) };
  return { domainId, name, state, receives, sends, destination, proof };
}
