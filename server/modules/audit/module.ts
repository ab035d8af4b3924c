import type { OrganizationId } from '#contract/ids.ts';
import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Statement, Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { Logger } from '#platform/log/log.ts';
import { encodeVerifierKey } from '#protocols/tlog/index.ts';
import type { Actor, AuditEvent } from './audit-event.ts';
import { exportAudit } from './export-audit.ts';
import { recordEvents } from './record-events.ts';
import { auditRoutes } from './routes.ts';
import { sequenceEvents, sequencerBatch } from './sequence-events.ts';
import { createSigningKeys } from './signing-keys.ts';

export interface AuditPorts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What every module gets: the event stands or falls with the transaction of the change it tells of. */
export interface Audit {
  record(tx: Tx, event: AuditEvent): Promise<void>;
  /** One statement for all; they keep their order. */
  recordMany(tx: Tx, events: readonly AuditEvent[]): Promise<void>;
  /** The same for `Database.commitTogether`. */
  recording(events: readonly AuditEvent[]): Promise<readonly Statement[]>;
}

export interface AuditModule extends Audit {
  /**
   * The whole log of one organisation as JSON lines with their newline, for `verifyAuditFile`. Itself recorded
   * as done by `actor`. Default: the administrator at the command line.
   */
  exportAudit(organizationId: OrganizationId, actor?: Actor): AsyncIterable<string>;
  /** The public key of the log, C2SP verifier key form; made if there is none. */
  verifierKeyOf(organizationId: OrganizationId): Promise<string>;
  readonly routes: Route[];
  /** The sequencer: every recorded event has its place and a signed checkpoint within a second. */
  readonly loops: Loop[];
}

/** Half of what an event may wait, with what a batch takes to spare. */
const sequencerMs = 250;
const commandLine: Actor = { kind: 'system', part: 'command-line' };

export function createAuditModule(ports: AuditPorts): AuditModule {
  const { database, log } = ports;
  const keys = createSigningKeys(ports);
  const sequence = () => sequenceEvents({ ...ports, keys });
  const audit: Audit = {
    record: (tx, event) => audit.recordMany(tx, [event]),
    async recordMany(tx, events) {
      const { statements } = await recordEvents(ports, events);
      for (const statement of statements) await statement.execute(tx);
    },
    recording: async (events) => (await recordEvents(ports, events)).statements,
  };
  return {
    ...audit,
    exportAudit: (organizationId, actor = commandLine) =>
      exportAudit({ ...ports, keys, sequence }, organizationId, actor),
    verifierKeyOf: (organizationId) =>
      database.inTenant(organizationId, async (tx) => encodeVerifierKey(await keys.of(tx, organizationId))),
    routes: auditRoutes(audit, ports, keys),
    loops: [
      createLoop({
        name: 'audit.sequence',
        everyMs: sequencerMs,
        fullRun: sequencerBatch,
        runOnce: sequence,
        log,
      }),
    ],
  };
}
