import type { ForwardingId, OrganizationId } from '#contract/ids.ts';
import { domainOf, normalizeAddress } from '#protocols/mime/index.ts';
import type { Forwarding } from './forwarding.ts';
import type { DomainsModule } from './module.ts';

/** Where mail for an address that forwards comes to in the end. */
export interface ForwardingEnd {
  readonly forwardingId: ForwardingId;
  /** The last address on the way that forwards. */
  readonly from: string;
  /** Does not forward itself; the same as `from` where a copy stays in its mailbox. */
  readonly to: string;
}

/** Follows an address of the organisation; null when it does not forward. An end may be there twice. */
export async function findForwardingEnds(
  domains: Pick<DomainsModule, 'findByName' | 'forwardingAt'>,
  organizationId: OrganizationId,
  address: string,
): Promise<ForwardingEnd[] | null> {
  async function stepAt(at: string): Promise<Forwarding | null> {
    const served = await domains.findByName(domainOf(at) ?? '');
    const mayForward = served?.organizationId === organizationId && served.receives && served.forwards;
    return mayForward ? domains.forwardingAt(organizationId, at) : null;
  }

  /** Rules say that this ends (`findRoadFault`); what was passed says so again. */
  async function follow(step: Forwarding, before: ReadonlySet<string>): Promise<ForwardingEnd[]> {
    const { forwardingId, address: from, targets, keepsCopy } = step;
    const passed = new Set([...before, normalizeAddress(from)]);
    const ends = await Promise.all(
      targets.map(async (to) => {
        const next = passed.has(normalizeAddress(to)) ? null : await stepAt(to);
        return next === null ? [{ forwardingId, from, to }] : follow(next, passed);
      }),
    );
    return [...(keepsCopy ? [{ forwardingId, from, to: from }] : []), ...ends.flat()];
  }

  const first = await stepAt(address);
  return first && follow(first, new Set());
}
