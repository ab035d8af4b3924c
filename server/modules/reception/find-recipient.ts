import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Forwarding, ServedDomain } from '#modules/domains/index.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import { parseMailbox, type Mailbox } from '#protocols/smtp/index.ts';
import type { Forward } from './forward.ts';
import type { LocalUsers } from './local-users.ts';
import type { OwnServers } from './own-server.ts';
import type { ReceptionPorts } from './ports.ts';
import { isRoleName, type RoleHolders } from './role-addresses.ts';

/** Who gets what comes for an address. */
export interface Found {
  /** In mailboxes here. */
  readonly users: readonly UserId[];
  /** At the organisation's own server. */
  readonly passOn: readonly string[];
  /** Elsewhere, for addresses on the way forward to them. */
  readonly forwards: readonly Forward[];
}

type Context = Pick<ReceptionPorts, 'domains'> & {
  readonly localUsers: LocalUsers;
  readonly roleHolders: RoleHolders;
  readonly ownServers: OwnServers;
};

type Answer = Found | 'unknown' | 'not-now';

/** Whose mailbox it is; that the organisation's own server has it; where it forwards to; or nobody. */
export async function findRecipient(
  context: Context,
  mailbox: Pick<Mailbox, 'address' | 'localPart'>,
  served: ServedDomain,
): Promise<Answer> {
  const forwarding = await forwardingAt(context, mailbox.address, served);
  if (forwarding === null) return atHome(context, mailbox, served);
  const found = { users: new Set<UserId>(), passOn: new Set<string>(), forwards: new Map<string, Forward>() };
  const passed = new Set<string>();

  /** Rules say that this ends (`findRoadFault`); what was passed says so again. */
  async function follow(step: Forwarding): Promise<boolean> {
    passed.add(normalizeAddress(step.address));
    if (step.keepsCopy && !(await stay(step.address, step.organizationId))) return false;
    for (const to of step.targets) {
      const own = await ownDomainOf(context, to, step.organizationId);
      const next = own === null ? null : await forwardingAt(context, to, own);
      const { forwardingId, address: from } = step;
      if (next !== null && !passed.has(normalizeAddress(to))) {
        if (!(await follow(next))) return false;
      } else if (own === null) found.forwards.set(normalizeAddress(to), { forwardingId, from, to });
      else {
        const home = await stay(to, step.organizationId);
        if (home === false) return false;
        if (home === 'unknown')
          found.forwards.set(normalizeAddress(to), { forwardingId, from, to, isGone: true });
      }
    }
    return true;
  }

  /** False: it could not be found out just now. */
  async function stay(address: string, organizationId: OrganizationId): Promise<boolean | 'unknown'> {
    const own = await ownDomainOf(context, address, organizationId);
    const there = parseMailbox(address);
    const home = own === null || there === null ? 'unknown' : await atHome(context, there, own);
    if (home === 'not-now') return false;
    if (home === 'unknown') return 'unknown';
    for (const userId of home.users) found.users.add(userId);
    for (const each of home.passOn) found.passOn.add(each);
    return true;
  }

  if (!(await follow(forwarding))) return 'not-now';
  return { users: [...found.users], passOn: [...found.passOn], forwards: [...found.forwards.values()] };
}

async function forwardingAt(
  { domains }: Context,
  address: string,
  { organizationId, forwards }: ServedDomain,
): Promise<Forwarding | null> {
  return forwards ? domains.forwardingAt(organizationId, address) : null;
}

async function ownDomainOf(
  { domains }: Context,
  address: string,
  organizationId: OrganizationId,
): Promise<ServedDomain | null> {
  const served = await domains.findByName(parseMailbox(address)?.domain ?? '');
  return served?.organizationId === organizationId && served.receives ? served : null;
}

async function atHome(
  context: Context,
  mailbox: Pick<Mailbox, 'address' | 'localPart'>,
  { organizationId, destination }: ServedDomain,
): Promise<Answer> {
  const elsewhere = { users: [], passOn: [mailbox.address], forwards: [] };
  if (destination?.recipients === 'asked') {
    const there = await context.ownServers.knows(mailbox.address);
    return there === 'known' ? elsewhere : there;
  }
  const users = await usersOf(context, mailbox, organizationId);
  if (users.length === 0) return 'unknown';
  return destination === null ? { users, passOn: [], forwards: [] } : elsewhere;
}

async function usersOf(
  { localUsers, roleHolders }: Context,
  { address, localPart }: Pick<Mailbox, 'address' | 'localPart'>,
  organizationId: OrganizationId,
): Promise<readonly UserId[]> {
  const user = await localUsers.find(address);
  if (user !== null) return user.organizationId === organizationId ? [user.userId] : [];
  return isRoleName(localPart) ? roleHolders.of(organizationId) : [];
}
