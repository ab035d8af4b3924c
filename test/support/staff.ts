import { randomBytes } from 'node:crypto';
import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Role } from '#contract/permissions.ts';
import { createAuditModule, type AuditEvent, type AuditModule } from '#modules/audit/index.ts';
import { createDomainsModule, isOwnDomain, type DomainsModule } from '#modules/domains/index.ts';
import { createIdentityModule, type IdentityModule, type IdentityPorts } from '#modules/identity/index.ts';
import { createOrganizationsModule, type OrganizationsModule } from '#modules/organizations/index.ts';
import type { DnsAnswer, MxAnswer } from '#platform/dns/index.ts';
import { createOutbox, type Outbox } from '#platform/events/outbox.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { testClock, type TestClock } from './clock.ts';
import { testDatabase, type TestDatabase } from './database.ts';

/** An organisation with one administrator, who can sign in by `password`. */
export interface TestOrganization {
  readonly organizationId: OrganizationId;
  readonly domain: string;
  readonly administratorId: UserId;
  readonly administratorEmail: string;
  /** Adds an active user with the same password, at `<name>@<domain>`. */
  readonly addUser: (name: string, role: Role) => Promise<{ userId: UserId; email: string }>;
}

/** The modules that know who is who, over a database of their own, with a clock that stands still. */
export interface TestStaff extends TestDatabase {
  readonly clock: TestClock;
  readonly outbox: Outbox;
  readonly audit: AuditModule;
  /** Every event that was recorded, also by transactions that did not commit. */
  readonly recorded: AuditEvent[];
  readonly organizations: OrganizationsModule;
  readonly identity: IdentityModule;
  readonly domains: DomainsModule;
  /** What the DNS says about TXT records; empty at first. */
  readonly txtRecords: Map<string, DnsAnswer<string>>;
  /** And of exchangers; this server is `mx.carepost.test`. */
  readonly mxRecords: Map<string, MxAnswer>;
  readonly password: string;
  newOrganizationWithStaff(): Promise<TestOrganization>;
}

export const testPassword = 'marble-otter-quietly-7';

/** Passwords at a cost for tests, refusals without a floor; otherwise as in production. */
export async function testStaff(options: Partial<IdentityPorts> = {}): Promise<TestStaff> {
  const db = await testDatabase();
  const { database, keyring } = db;
  const clock = testClock();
  const outbox = createOutbox({ database, clock, log: silentLogger });
  const recorded: AuditEvent[] = [];
  const realAudit = createAuditModule({ database, keyring, clock, log: silentLogger });
  const audit: AuditModule = {
    ...realAudit,
    async record(tx, event) {
      recorded.push(event);
      await realAudit.record(tx, event);
    },
    async recordMany(tx, events) {
      recorded.push(...events);
      await realAudit.recordMany(tx, events);
    },
    recording(events) {
      recorded.push(...events);
      return realAudit.recording(events);
    },
  };
  const organizations = createOrganizationsModule({
    database,
    clock,
    audit,
    journalDoubt: async (_organizationId, address) =>
      address.endsWith('@unproven.test') ? 'Its server proves nothing.' : null,
  });
  const identity = createIdentityModule({
    database,
    keyring,
    clock,
    log: silentLogger,
    metrics: createMetrics(),
    audit,
    outbox,
    organizations,
    isOwnDomain,
    passwordCost: { memory: 64, passes: 1, parallelism: 1 },
    refusalFloorMs: 0,
    ...options,
  });
  const txtRecords = new Map<string, DnsAnswer<string>>();
  const mxRecords = new Map<string, MxAnswer>();
  const resolver = {
    txt: async (name: string): Promise<DnsAnswer<string>> =>
      txtRecords.get(name) ?? { kind: 'no-such-domain' },
    mx: async (name: string): Promise<MxAnswer> => mxRecords.get(name) ?? { kind: 'no-such-domain' },
  };
  const domains = createDomainsModule({
    database,
    keyring,
    clock,
    log: silentLogger,
    hostname: 'mx.carepost.test',
    audit,
    forwardDoubts: async (_organizationId, addresses) =>
      addresses
        .filter((address) => address.endsWith('@unproven.test'))
        .map((address) => ({ address, because: 'Its server proves nothing.' })),
    resolver,
    organizations,
    identity,
  });

  async function newOrganizationWithStaff(): Promise<TestOrganization> {
    const slug = `clinic-${randomBytes(6).toString('hex')}`;
    const domain = `${slug}.test`;
    const administratorEmail = `admin@${domain}`;
    const founded = await domains.createOrganization({
      name: 'A clinic',
      slug,
      domain,
      administrator: { displayName: 'An administrator', email: administratorEmail, password: testPassword },
    });
    const { organizationId, administratorId } = founded;
    const by = { actor: { kind: 'system', part: 'test' } } as const;
    return {
      organizationId,
      domain,
      administratorId,
      administratorEmail,
      async addUser(name, role) {
        const email = `${name}@${domain}`;
        const user = { organizationId, displayName: `User ${name}`, email, role, password: testPassword };
        const { userId } = (await identity.createUser(user, by)).user;
        return { userId, email };
      },
    };
  }

  return {
    ...db,
    clock,
    outbox,
    audit,
    recorded,
    organizations,
    identity,
    domains,
    txtRecords,
    mxRecords,
    password: testPassword,
    newOrganizationWithStaff,
  };
}
