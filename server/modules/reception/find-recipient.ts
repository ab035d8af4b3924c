import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { ServedDomain } from '#modules/domains/index.ts';
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
  const { organizationId, forwards } = served;
  const ends = forwards ? await context.domains.forwardingEnds(organizationId, mailbox.address) : null;
  if (ends === null) return atHome(context, mailbox, served);
  const users = new Set<UserId>();
  const passOn = new Set<string>();
  const onward = new Map<string, Forward>();
  for (const { forwardingId, from, to } of ends) {
    const own = await ownDomainOf(context, to, organizationId);
    if (own === null) {
      onward.set(normalizeAddress(to), { forwardingId, from, to });
      continue;
    }
    const there = parseMailbox(to);
    const home = there === null ? 'unknown' : await atHome(context, there, own);
    if (home === 'not-now') return 'not-now';
    if (home !== 'unknown') {
      for (const userId of home.users) users.add(userId);
      for (const each of home.passOn) passOn.add(each);
    } else if (to !== from) onward.set(normalizeAddress(to), { forwardingId, from, to, isGone: true });
  }
  return { users: [...users], passOn: [...passOn], forwards: [...onward.values()] };
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
