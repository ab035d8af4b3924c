import type { Clock } from '#platform/clock/clock.ts';
import type { Database, Tx } from '#platform/database/database.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Logger } from '#platform/log/log.ts';
import type { AuditEvent } from './audit-event.ts';
import { recordEvents } from './record-events.ts';

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
}

export interface AuditModule extends Audit {}

export function createAuditModule(ports: AuditPorts): AuditModule {
  return {
    record: (tx, event) => recordEvents(tx, ports, [event]),
    recordMany: (tx, events) => recordEvents(tx, ports, events),
  };
}
