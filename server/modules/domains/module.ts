import type { DomainDestination } from '#contract/domains.ts';
import type { DomainId, ForwardingId, OrganizationId } from '#contract/ids.ts';
import { createExpiringCache } from '#platform/cache/expiring-cache.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { addDomain, type NewDomain } from './add-domain.ts';
import type { Doer } from '#modules/audit/index.ts';
import {
  createOrganization,
  type FoundedOrganization,
  type OrganizationFounding,
} from './create-organization.ts';
import { checkDnsOfSome } from './check-dns.ts';
import { selectFindings } from './dkim-key-store.ts';
import { domainDnsRoutes } from './dns-routes.ts';
import { readDomainName, type Domain } from './domain.ts';
import { findProven, findServed } from './domain-store.ts';
import type { Forwarding } from './forwarding.ts';
import { findForwardingEnds, type ForwardingEnd } from './forwarding-ends.ts';
import { forwardingRoutes } from './forwarding-routes.ts';
import { countFailure } from './forwarding-store.ts';
import { createForwardings } from './forwardings.ts';
import type { DomainsPorts } from './ports.ts';
import { setDestination } from './set-destination.ts';
import { domainRoutes } from './routes.ts';
import { createMailSigner, type MailSigner } from './sign-mail.ts';

/** A domain that mail is received at or sent from on this server. */
export interface ServedDomain {
  readonly organizationId: OrganizationId;
  readonly domainId: DomainId;
  readonly name: string;
  readonly receives: boolean;
  readonly sends: boolean;
  /** The organisation's own server that mail is passed on to; null: mailboxes here. */
  readonly destination: DomainDestination | null;
  /** One of its addresses forwards, or several do. */
  readonly forwards: boolean;
}

export interface DomainsModule {
  /** Whose a domain is, across all organisations; null for one that nobody here has proven. At most 5 s old. */
  findByName(domain: string): Promise<ServedDomain | null>;
  add(domain: NewDomain, by: Doer): Promise<Domain>;
  /** Throws DomainsError 'not-found', 'domain-unproven'. */
  setDestination(
    domain: { readonly organizationId: OrganizationId; readonly domainId: DomainId },
    destination: DomainDestination | null,
    by: Doer,
  ): Promise<Domain>;
  /** Starts a tenant with its domain and first administrator: `carepost organization create`. */
  createOrganization(founding: OrganizationFounding): Promise<FoundedOrganization>;
  /** Signs a message for the domain of its author, where that has keys whose records have been seen. */
  readonly sign: MailSigner['sign'];
  readonly seal: MailSigner['seal'];
  /** Whether mail to any address of the domain comes to this server, as its MX record was last seen. At most 30 s old. */
  returnsHere(organizationId: OrganizationId, domain: string): Promise<boolean>;
  /** Where mail for an address of the organisation goes on to; null when it does not forward. At most 5 s old. */
  forwardingAt(organizationId: OrganizationId, address: string): Promise<Forwarding | null>;
  /** Where it comes to in the end, over all addresses that forward on the way; null when the address does not. */
  forwardingEnds(organizationId: OrganizationId, address: string): Promise<readonly ForwardingEnd[] | null>;
  /** Notes that a message could not be forwarded, in the caller's transaction: administrators see it at the address. */
  countForwardFailure(tx: Tx, organizationId: OrganizationId, forwardingId: ForwardingId): Promise<void>;
  /** The same where a report names the targets that a message did not get to, of addresses at `domain`. */
  countReturned(
    tx: Tx,
    organizationId: OrganizationId,
    returned: { readonly domain: string; readonly targets: readonly string[] },
  ): Promise<void>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

export function createDomainsModule(ports: DomainsPorts): DomainsModule {
  const { database } = ports;
  const served = createExpiringCache<string, ServedDomain | null>({
    load: async (name) => {
      const found = await database.acrossTenants((tx) => findServed(tx, name));
      if (found === undefined) return null;
      const { organizationId, domainId, receives, sends, destination, forwards } = found;
      return { organizationId, domainId, name, receives, sends, destination, forwards };
    },
    keepMs: 5_000,
    capacity: 10_000,
  });

  const signer = createMailSigner(ports);
  const returning = createExpiringCache<string, boolean>({
    load: async (name) => {
      const found = await database.acrossTenants((tx) => findProven(tx, name));
      if (found?.receives !== true) return false;
      const { organizationId, domainId } = found;
      return (
        (await database.inTenant(organizationId, (tx) => selectFindings(tx, organizationId, domainId))).mx ===
        'right'
      );
    },
    keepMs: 30_000,
    capacity: 10_000,
  });
  const forget = (organizationId: OrganizationId, name: string) => {
    served.forget(name);
    returning.forget(name);
    signer.forget(organizationId, name);
  };

  const forwardings = createForwardings(ports, (name) => served.forget(name));

  const findByName: DomainsModule['findByName'] = async (domain) => {
    const name = readDomainName(domain);
    return name === null ? null : served.of(name);
  };

  return {
    forwardingAt: forwardings.at,
    forwardingEnds: (organizationId, address) =>
      findForwardingEnds({ findByName, forwardingAt: forwardings.at }, organizationId, address),
    countForwardFailure: (tx, organizationId, forwardingId) =>
      countFailure(tx, organizationId, forwardingId, ports.clock.now()),
    countReturned: forwardings.countReturned,
    sign: signer.sign,
    seal: signer.seal,
    async returnsHere(organizationId, domain) {
      const name = readDomainName(domain);
      if (name === null || (await served.of(name))?.organizationId !== organizationId) return false;
      return returning.of(name);
    },
    findByName,
    async add(domain, by) {
      const added = await database.inTenant(domain.organizationId, (tx) => addDomain(tx, ports, domain, by));
      served.forget(added.name);
      return added;
    },
    async setDestination(which, destination, by) {
      const changed = await setDestination(ports, which, destination, by);
      served.forget(changed.name);
      return changed;
    },
    async createOrganization(founding) {
      const founded = await createOrganization(ports, founding);
      served.forget(readDomainName(founding.domain) ?? '');
      return founded;
    },
    routes: [
      ...domainRoutes(ports, (name) => served.forget(name)),
      ...domainDnsRoutes(ports, forget),
      ...forwardingRoutes(forwardings),
    ],
    loops: [
      createLoop({
        name: 'domains.check-dns',
        everyMs: 60_000,
        runOnce: () => checkDnsOfSome(ports),
        log: ports.log,
      }),
    ],
  };
}

/** Whether the organisation has proven the domain. Exact, and sees what the transaction itself did: identity's port. */
export async function isOwnDomain(tx: Tx, organizationId: OrganizationId, domain: string): Promise<boolean> {
  const name = readDomainName(domain);
  return name !== null && (await findProven(tx, name))?.organizationId === organizationId;
}
