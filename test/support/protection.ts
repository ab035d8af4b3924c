import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { OrganizationId } from '#contract/ids.ts';
import type { AuditEvent } from '#modules/audit/index.ts';
import { createProtectionModule, type OwnDomain, type ProtectionModule } from '#modules/protection/index.ts';
import { createResolver, parseDnsServers } from '#platform/dns/index.ts';
import { silentLogger } from '#platform/log/log.ts';
import { anyLabNetwork, createLab, type Lab } from '../../lab/index.ts';
import { testClock, type TestClock } from './clock.ts';
import { testDatabase, type TestDatabase } from './database.ts';

/** A protection module as one process has it: no memory shared with another but the database. */
export interface TestProtection extends ProtectionModule {
  /** Queries that it has made. */
  queries(): number;
  /** Addresses in `ours.test` that somebody has. */
  readonly users: Set<string>;
  /** Domains of organisations of this server, `ours.test` at first. */
  readonly served: Map<string, OwnDomain>;
  /** Addresses in them that forward. */
  readonly forwarding: Set<string>;
}

/** A lab of its own, and protection that asks it. */
export interface ProtectionFixture {
  readonly db: TestDatabase;
  readonly clock: TestClock;
  readonly lab: Lab;
  readonly organizationId: OrganizationId;
  /** What was given to the policy module to keep. */
  readonly savedDecisions: unknown[];
  /** What was given to the audit log. */
  readonly recorded: AuditEvent[];
  startProtection(): TestProtection;
}

export async function testProtection(): Promise<ProtectionFixture> {
  const db = await testDatabase();
  const clock = testClock();
  const dataFolder = mkdtempSync(join(tmpdir(), 'carepost-protection-'));
  const lab = await createLab({
    dataFolder,
    clock,
    network: anyLabNetwork(),
    dnsPort: 0,
    policyPort: 0,
    slowMs: 20,
  });
  after(async () => {
    await lab.stop();
    rmSync(dataFolder, { recursive: true });
  });
  const organizationId = db.newOrganization();
  const savedDecisions: unknown[] = [];
  const recorded: AuditEvent[] = [];

  function startProtection(): TestProtection {
    let queries = 0;
    const users = new Set(['nurse@ours.test']);
    const own = { organizationId, receives: true, destination: null, forwards: false };
    const served = new Map<string, OwnDomain>([['ours.test', own]]);
    const forwarding = new Set<string>();
    const acrossTenants: typeof db.database.acrossTenants = (work) => {
      queries++;
      return db.database.acrossTenants(work);
    };
    const protection = createProtectionModule(
      {
        database: { ...db.database, acrossTenants },
        keyring: db.keyring,
        clock,
        log: silentLogger,
        audit: { record: async (_, event) => void recorded.push(event) },
        resolver: createResolver({
          servers: parseDnsServers(lab.dnsServer),
          clock,
          timeoutMs: 1_000,
          rounds: 1,
        }),
        domains: {
          findByName: async (name) => served.get(name) ?? null,
          forwardingAt: async (_, address) => (forwarding.has(address) ? {} : null),
        },
        identity: {
          findUsersByAddress: async (addresses) =>
            new Map(addresses.filter((one) => users.has(one)).map((one) => [one, {}])),
        },
        policy: { saveDecisions: async (_, _organization, rows) => void savedDecisions.push(...rows) },
        keys: { keysOf: async () => new Map() }, // an organisation that knows no keys
      },
      {
        localName: 'mx.ours.test',
        outboundPort: lab.mailPort,
        policyPort: lab.policyPort,
        trusted: [lab.caCertificate],
      },
    );
    return { ...protection, queries: () => queries, users, served, forwarding };
  }

  return { db, clock, lab, organizationId, savedDecisions, recorded, startProtection };
}
