import type { OrganizationId } from '#contract/ids.ts';
import { isAtLeast } from '#contract/protection.ts';
import { parseAddress } from '#protocols/mime/address.ts';
import type { Decision } from '#modules/policy/index.ts';
import type { RecipientChoice } from './choice.ts';
import {
  chooseInside,
  chooseOutside,
  chooseOwnServer,
  type Demand,
  type DomainChoice,
} from './choose-protection.ts';
import type { EvidenceBook } from './evidence-book.ts';
import { withoutForgotten, type ForgottenDomains } from './forgotten-domains.ts';
import type { RecipientKeys } from './keys/usable-keys.ts';

/** A message, as far as the protection of its recipients depends on it. */
export interface ChooseRequest {
  readonly organizationId: OrganizationId;
  /** Bare addresses. */
  readonly recipients: readonly string[];
  readonly decision: Pick<Decision, 'floor' | 'rules'>;
  /** The portal, whatever else is possible; mailboxes on this server keep out of it. */
  readonly portalOnly?: boolean;
  /** Only servers that signed DNS or a policy in force names, with a proven connection (RFC 8689 §4.2.1). */
  readonly provenServers?: boolean;
}

/** A domain of ours, and the server of the organisation behind us that its mail is passed on to. */
export interface OwnDomain {
  readonly organizationId: OrganizationId;
  readonly receives: boolean;
  /** One of its addresses forwards, or several do. */
  readonly forwards: boolean;
  readonly destination: { readonly host: string; readonly port: number } | null;
}

export interface ChoosePorts {
  readonly evidence: Pick<EvidenceBook, 'of'>;
  readonly forgotten: Pick<ForgottenDomains, 'of'>;
  /** Null when the domain is not one of ours. */
  readonly domains: {
    findByName(name: string): Promise<OwnDomain | null>;
    /** Null where an address does not forward. */
    forwardingAt(organizationId: OrganizationId, address: string): Promise<unknown>;
  };
  /** Keys of recipients outside, by address as given; whoever has none is left out. */
  readonly keysOf: (
    organizationId: OrganizationId,
    addresses: readonly string[],
  ) => Promise<ReadonlyMap<string, RecipientKeys>>;
  readonly identity: {
    findUsersByAddress(addresses: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  };
}

/** One choice for each recipient, in their order. No transaction may be open: domains that are not known are asked now. */
export async function chooseForRecipients(
  ports: ChoosePorts,
  request: ChooseRequest,
): Promise<RecipientChoice[]> {
  const domainOf = new Map(
    request.recipients.map((address) => [address, parseAddress(address)?.domain ?? '']),
  );
  const domains = [...new Set(domainOf.values())];
  const ours = await domainsOfOurs(domains, ports);
  const forwarding = await forwardedByOthers(ports, request, (address) =>
    ours.get(domainOf.get(address) ?? ''),
  );
  const isInside = (address: string) => ours.has(domainOf.get(address) ?? '') && !forwarding.has(address);
  const inside = request.recipients.filter(isInside);
  const beyond = request.recipients.filter((address) => !isInside(address));
  const [users, keys, seen, forgotten] = await Promise.all([
    inside.length === 0 ? new Map<string, unknown>() : ports.identity.findUsersByAddress(inside),
    beyond.length === 0 ? new Map<string, RecipientKeys>() : ports.keysOf(request.organizationId, beyond),
    ports.evidence.of([...new Set(beyond.map((address) => domainOf.get(address) ?? ''))]),
    ports.forgotten.of(request.organizationId),
  ]);
  const evidence = new Map(
    [...seen].map(([domain, found]) => [domain, withoutForgotten(found, forgotten.get(domain))]),
  );

  const demand = demandOf(request);
  const passedOn = chooseOwnServer(demand);
  const outside = new Map<string, DomainChoice>(
    [...evidence].map(([domain, found]) => [domain, chooseOutside(found, demand)]),
  );
  return request.recipients.map((address) => {
    const domain = domainOf.get(address) ?? '';
    const isPassedOn = (ours.get(domain)?.destination ?? null) !== null;
    const theirs = keys.get(address);
    const found = evidence.get(domain);
    if (theirs !== undefined && found !== undefined)
      return { address, ...chooseOutside(found, demand, theirs) };
    const there = isInside(address) ? undefined : outside.get(domain);
    return { address, ...(there ?? (isPassedOn ? passedOn : chooseInside(users.has(address)))) };
  });
}

/**
 * Addresses of other organisations here that forward: where to is theirs to know and to answer for, so mail for them
 * goes the way of every stranger's, over their MX. The own ones are replaced by their targets before.
 */
async function forwardedByOthers(
  { domains }: ChoosePorts,
  { organizationId, recipients }: ChooseRequest,
  ownDomainOf: (address: string) => OwnDomain | undefined,
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    recipients.map(async (address) => {
      const own = ownDomainOf(address);
      if (own?.forwards !== true || own.organizationId === organizationId || own.destination !== null)
        return [];
      return (await domains.forwardingAt(own.organizationId, address)) === null ? [] : [address];
    }),
  );
  return new Set(found.flat());
}

async function domainsOfOurs(
  domains: readonly string[],
  ports: ChoosePorts,
): Promise<ReadonlyMap<string, OwnDomain>> {
  const found = await Promise.all(
    domains.map(async (domain) => [domain, await ports.domains.findByName(domain)] as const),
  );
  return new Map(found.flatMap(([domain, own]) => (own?.receives === true ? [[domain, own]] : [])));
}

function demandOf({ decision, portalOnly = false, provenServers = false }: ChooseRequest): Demand {
  const asked = decision.rules.some(
    ({ rule, outcome }) => rule === 'sender-asked-for-pick-up' && outcome === 'applied',
  );
  if (portalOnly || asked)
    return { floor: 'portal', because: 'You asked for secure pick-up.', withoutKeys: true };
  if (provenServers && !isAtLeast(decision.floor, 'tls-sts'))
    return {
      floor: 'tls-sts',
      because: 'The sender asked for servers that are proven all the way (REQUIRETLS).',
      withoutKeys: true,
    };
  const rule = decision.rules.findLast(({ floor }) => floor === decision.floor);
  return { floor: decision.floor, because: rule?.because ?? 'This server sends nothing without encryption.' };
}
