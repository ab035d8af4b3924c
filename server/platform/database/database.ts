import { DefaultConnectionProvider, DefaultQueryExecutor, Kysely, sql, type RawBuilder } from 'kysely';
import type { OrganizationId } from '#contract/ids.ts';
import { isUuid } from '../ids.ts';
import { DatabaseUnavailable, isConnectionFailure } from './database-unavailable.ts';
import { PooledDialect, type PooledConnection } from './pooled-dialect.ts';
import type { Pool } from 'pg';

/**
 * One open transaction. A store narrows it to its own tables with `tx.withTables<MessagesTables>()`
 * or runs sql`…`.execute(tx).
 */
export type Tx = Kysely<Record<never, never>>;

/** A statement that is not bound to a transaction yet: sql`…`. */
export type Statement = RawBuilder<unknown>;

export interface TransactionOptions {
  /**
   * 'deferred': the commit does not wait for the disk. A crash may undo it, whole, together with everything
   * committed after it that did not wait either. For work that would then simply be done again.
   * Default 'immediate'.
   */
  readonly durability?: 'immediate' | 'deferred';
}

export interface Database {
  /**
   * Runs `work` in a transaction that row level security confines to one organisation.
   * Commits when it resolves, rolls back when it throws.
   * Throws DatabaseUnavailable when the server cannot be reached or the connection is lost.
   */
  inTenant<T>(
    organizationId: OrganizationId,
    work: (tx: Tx) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /**
   * One transaction of one organisation, of statements of which none needs another's answer: they go out together
   * with its beginning and its end, and are answered together. All of them happen, or none; what fails is the first
   * that failed. Throws DatabaseUnavailable as `inTenant`.
   */
  commitTogether(organizationId: OrganizationId, statements: readonly Statement[]): Promise<void>;
  /**
   * The same with sight of all organisations: for queue claims, the audit sequencer and the look-up
   * of who is signing in. Never reached with a caller's input as the only filter.
   */
  acrossTenants<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** True when a trivial query is answered. Never throws. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

export function createDatabase(pool: Pool): Database {
  const dialect = new PooledDialect(pool);
  const driver = dialect.createDriver();
  const executor = new DefaultQueryExecutor(
    dialect.createQueryCompiler(),
    dialect.createAdapter(),
    new DefaultConnectionProvider(driver),
  );
  // Kysely's own way to one connection lets one statement at a time through; here what a transaction does not
  // wait for between goes out together, and PostgreSQL answers it in order.
  const on = (connection: PooledConnection): Tx =>
    new Kysely({
      config: { dialect },
      dialect,
      driver,
      executor: executor.withConnectionProvider({ provideConnection: (use) => use(connection) }),
    });

  async function connected<T>(work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    try {
      const connection = await driver.acquireConnection();
      try {
        return await work(connection);
      } finally {
        connection.release();
      }
    } catch (error) {
      if (isConnectionFailure(error)) throw new DatabaseUnavailable({ cause: error });
      throw error;
    }
  }

  // The simple query protocol takes all of it at once. `scope` is a checked UUID or '*'.
  const beginning = (scope: string) => `BEGIN; SELECT set_config('carepost.organization', '${scope}', true)`;

  async function transact<T>(
    scope: string,
    work: (tx: Tx) => Promise<T>,
    { durability }: TransactionOptions = {},
  ): Promise<T> {
    return connected(async (connection) => {
      try {
        const deferred = durability === 'deferred' ? '; SET LOCAL synchronous_commit = off' : '';
        connection.begin(`${beginning(scope)}${deferred}`);
        const result = await work(on(connection));
        await connection.commit();
        return result;
      } catch (error) {
        await connection.rollback().catch(() => undefined);
        throw error;
      }
    });
  }

  return {
    async inTenant(organizationId, work, options) {
      return transact(checked(organizationId), work, options);
    },
    async commitTogether(organizationId, statements) {
      const scope = checked(organizationId);
      const compiled = [confining(scope), ...statements].map((statement) =>
        statement.compile({ getExecutor: () => executor }),
      );
      await connected((connection) => connection.together(compiled));
    },
    acrossTenants: (work) => transact('*', work),
    async isReachable() {
      return pool.query('SELECT 1').then(
        () => true,
        () => false,
      );
    },
    async close() {
      await pool.end();
    },
  };
}

/**
 * Confines the transaction to one organisation. Its statements take arrays and go by key: PostgreSQL would plan them
 * anew for each length of array, which costs it more than doing them. Answers no row.
 */
const confining = (organizationId: OrganizationId): Statement => sql`
  SELECT WHERE set_config('carepost.organization', ${organizationId}, true) IS NULL
    OR set_config('plan_cache_mode', 'force_generic_plan', true) IS NULL`;

function checked(organizationId: OrganizationId): OrganizationId {
  if (!isUuid(organizationId)) throw new TypeError('organizationId is not a UUID');
  return organizationId;
}
