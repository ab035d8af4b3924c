import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { PipelinedTransaction } from './pipelined-transaction.ts';

/** Statements kept by name on each connection; more than this many distinct texts run unnamed. */
const maxPreparedStatements = 1000;

/** Kysely over pg with named prepared statements, and a connection thrown away once it has failed. */
export class PooledDialect implements Dialect {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  createAdapter = () => new PostgresAdapter();
  createQueryCompiler = () => new PostgresQueryCompiler();
  createIntrospector: Dialect['createIntrospector'] = (db) => new PostgresIntrospector(db);
  createDriver = () => new PooledDriver(this.#pool);
}

async function refuseTransaction(): Promise<void> {
  throw new Error('Transactions are opened by Database.inTenant and Database.acrossTenants');
}

class PooledDriver implements Driver {
  readonly #pool: Pool;
  readonly #names = new Map<string, string>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PooledConnection> {
    return new PooledConnection(await this.#pool.connect(), this.#names);
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof PooledConnection) connection.release();
  }

  beginTransaction = refuseTransaction;
  commitTransaction = refuseTransaction;
  rollbackTransaction = refuseTransaction;

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

/** One connection while a transaction has it. */
export class PooledConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  readonly #names: Map<string, string>;
  readonly #onError = (error: Error) => {
    this.#failure = error;
  };
  #failure: Error | undefined;
  #inTransaction = false;
  #begun: Promise<unknown> | undefined;

  constructor(client: PoolClient, names: Map<string, string>) {
    this.#client = client;
    this.#names = names;
    client.on('error', this.#onError);
  }

  /** Not waited for: it goes out with the first statement. Should it fail, so do all that follow. */
  begin(statement: string): void {
    this.#begun = this.#client.query(statement);
    this.#begun.catch(() => undefined);
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    const [answer] = await Promise.all([this.#client.query('COMMIT'), this.#begun]);
    this.#inTransaction = false;
    // A COMMIT of a failed transaction answers ROLLBACK without an error.
    if (answer.command !== 'COMMIT') {
      throw new Error('The transaction had failed and was rolled back at COMMIT');
    }
  }

  /** A whole transaction in one piece. Throws what made it fail first; nothing of it has happened then. */
  async together(statements: readonly CompiledQuery[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const transaction = new PipelinedTransaction(
        statements,
        (text) => this.#nameOf(text),
        (error) => {
          if (error === undefined) return resolve();
          if (transaction.preparedAnew) this.#failure = error; // which of them are prepared cannot be known any more
          reject(error);
        },
      );
      this.#client.query(transaction);
    });
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    await this.#client.query('ROLLBACK');
    this.#inTransaction = false;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const name = this.#nameOf(query.sql);
    const sent = this.#client.query<R & Record<string, unknown>>({
      ...(name === undefined ? {} : { name }),
      text: query.sql,
      values: [...query.parameters],
    });
    const [answer] = await Promise.all([sent, this.#begun]);
    return {
      rows: answer.rows,
      ...(answer.rowCount === null ? {} : { numAffectedRows: BigInt(answer.rowCount) }),
    };
  }

  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    yield* [];
    throw new Error('Streaming queries are not used; page by key instead');
  }

  release(): void {
    this.#client.off('error', this.#onError);
    // A connection that failed, or that is left inside a transaction, must not serve another caller.
    this.#client.release(this.#failure ?? this.#inTransaction);
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= maxPreparedStatements) return undefined;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
