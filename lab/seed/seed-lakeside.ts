import { randomInt } from 'node:crypto';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { ContactsModule } from '#modules/contacts/index.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import type { IdentityModule } from '#modules/identity/index.ts';
import type { Keys } from '#modules/protection/index.ts';
import type { OrganizationsModule } from '#modules/organizations/index.ts';
import type { Database } from '#platform/database/database.ts';
import {
  readCredentials,
  writeCredentials,
  type CredentialsDraft,
  type LabCredentials,
} from './credentials.ts';
import type { LabPartners } from '../partners/lab-partners.ts';
import { lakeside } from './lakeside.ts';

export interface SeedPorts {
  readonly database: Database;
  readonly organizations: Pick<OrganizationsModule, 'list'>;
  readonly domains: Pick<DomainsModule, 'createOrganization'>;
  readonly identity: Pick<
    IdentityModule,
    'createUser' | 'findUserByAddress' | 'createApiKey' | 'createAppPassword'
  >;
  readonly contacts: Pick<ContactsModule, 'create' | 'findByAddress'>;
  readonly keys: Pick<Keys, 'addTrusted'>;
}

const by = { actor: { kind: 'system', part: 'lab' } } as const;
/** Who holds the API key and the app password. */
const holder = 'nurse@lakeside.test';

/**
 * Makes Lakeside Clinic with staff, people outside and secrets, or what of it is missing. The secrets are
 * kept in `folder`, the lab's own, and answered each time.
 */
export async function seedLakeside(
  ports: SeedPorts,
  folder: string,
  partners: Pick<LabPartners, 'keys'> = { keys: [] },
): Promise<LabCredentials> {
  const kept = readCredentials(folder) ?? newDraft();
  writeCredentials(folder, kept);
  const organizationId = await ensureOrganization(ports, kept);
  const userIds = await ensureStaff(ports, organizationId, kept);
  if (await ensureContacts(ports, organizationId)) {
    for (const { publicText } of partners.keys) await ports.keys.addTrusted(organizationId, publicText, by);
  }

  const userId = userIds.get(holder);
  if (userId === undefined) throw new Error('the lab lacks the user who holds its keys');
  const apiKey = kept.apiKey ?? { user: holder, key: await newApiKey(ports, organizationId, userId) };
  writeCredentials(folder, { ...kept, apiKey });
  const appPassword = kept.appPassword ?? {
    username: holder,
    password: await newAppPassword(ports, organizationId, userId),
  };
  const credentials = { ...kept, apiKey, appPassword };
  writeCredentials(folder, credentials);
  return credentials;
}

function newDraft(): CredentialsDraft {
  return {
    organization: lakeside.name,
    users: lakeside.staff.map(({ email, role }) => ({ email, role, password: newPassword() })),
  };
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 80 random bits in groups that can be typed. */
function newPassword(): string {
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

async function ensureOrganization(
  { organizations, domains }: SeedPorts,
  kept: CredentialsDraft,
): Promise<OrganizationId> {
  const existing = (await organizations.list()).find(({ slug }) => slug === lakeside.slug);
  if (existing !== undefined) return existing.organizationId;
  const [administrator] = lakeside.staff;
  const founded = await domains.createOrganization({
    name: lakeside.name,
    slug: lakeside.slug,
    domain: lakeside.domain,
    administrator: {
      displayName: administrator.displayName,
      email: administrator.email,
      password: passwordOf(kept, administrator.email),
    },
  });
  return founded.organizationId;
}

async function ensureStaff(
  { identity }: SeedPorts,
  organizationId: OrganizationId,
  kept: CredentialsDraft,
): Promise<Map<string, UserId>> {
  const userIds = new Map<string, UserId>();
  for (const { email, displayName, role } of lakeside.staff) {
    const existing = await identity.findUserByAddress(email);
    const userId =
      existing?.userId ??
      (
        await identity.createUser(
          { organizationId, email, displayName, role, password: passwordOf(kept, email) },
          by,
        )
      ).user.userId;
    userIds.set(email, userId);
  }
  return userIds;
}

/** True when there was something to add: later, the keys of partners are the administrator's. */
async function ensureContacts(
  { database, contacts }: SeedPorts,
  organizationId: OrganizationId,
): Promise<boolean> {
  let added = false;
  await database.inTenant(organizationId, async (tx) => {
    for (const contact of lakeside.contacts) {
      const existing = await contacts.findByAddress(tx, organizationId, contact.address);
      if (existing.length > 0) continue;
      added = true;
      await contacts.create(tx, { organizationId, ...contact }, by);
    }
  });
  return added;
}

async function newApiKey(
  { identity }: SeedPorts,
  organizationId: OrganizationId,
  userId: UserId,
): Promise<string> {
  const scopes = [
    'message.send.internal',
    'message.send.external',
    'message.revoke',
    'delivery.read',
    'contact.read',
  ] as const;
  return (
    await identity.createApiKey(
      { organizationId, userId, name: 'Lab script', scopes, expiresInDays: 365 },
      by,
    )
  ).key;
}

async function newAppPassword(
  { identity }: SeedPorts,
  organizationId: OrganizationId,
  userId: UserId,
): Promise<string> {
  return (await identity.createAppPassword({ organizationId, userId, name: 'Lab mail program' }, by))
    .password;
}

function passwordOf(kept: CredentialsDraft, email: string): string {
  const user = kept.users.find((one) => one.email === email);
  if (user === undefined)
    throw new Error('credentials.json is of another lab: remove the lab folder and the database together');
  return user.password;
}
