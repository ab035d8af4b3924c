import pg from 'pg';
import type { Logger } from '../log/log.ts';
import { GatheringSocket } from './gathering-socket.ts';

const int8 = 20;

export interface PoolOptions {
  /** postgres:// URL, or host (socket folder), user and database of the embedded server. */
  readonly connection:
    | string
    | { host: string; port?: number; user: string; database: string; password?: string };
  /** Default 16. */
  readonly maxConnections?: number;
  /** The role that every connection acts as; row level security applies to it. */
  readonly role?: string;
  readonly log: Logger;
}

/** A pg pool that survives the loss of idle connections and reads bigint as number (ours stay below 2^53). */
export function createPool({ connection, maxConnections = 16, role, log }: PoolOptions): pg.Pool {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8, Number);
  const pool = new pg.Pool({
    ...(typeof connection === 'string' ? { connectionString: connection } : connection),
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    application_name: 'carepost',
    types,
    // What a transaction does not wait for between, goes out together: BEGIN with the first statement.
    pipeline: true,
    stream: () => new GatheringSocket(),
    options: `-c statement_timeout=60s -c idle_in_transaction_session_timeout=120s${role === undefined ? '' : ` -c role=${role}`}`,
  });
  pool.on('error', () => log.warn('database.idle-connection-lost', {}));
  // A client that is being handed out has nobody else who listens: a loss just then would end the process.
  // Whoever got it hears of the loss by the first query.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
