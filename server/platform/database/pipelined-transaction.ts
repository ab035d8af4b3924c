import type { CompiledQuery } from 'kysely';
import pg, { type Connection } from 'pg';

/** A statement with the name under which the server keeps it prepared; without one it is parsed each time. */
interface Named {
  readonly name: string;
  readonly text: string;
  readonly values: (string | Buffer | null)[];
}

/** What each connection has prepared for us. Names of pg's own queries are others. */
const prepared = new WeakMap<Connection, Set<string>>();

/**
 * A whole transaction as one piece of the extended query protocol: statements with one Sync after the last, which
 * PostgreSQL runs as one transaction and commits at the Sync (documentation, "Message Flow: Pipelining"). No BEGIN and
 * no COMMIT has to be parsed, and the client is told once instead of once for each. Rows are not read.
 */
export class PipelinedTransaction extends pg.Query {
  readonly #statements: readonly Named[];
  #preparedAnew = false;

  /** `ended` is called once: with the first failure, or without one after the commit. Throws TypeError for a value that has no form here. */
  constructor(
    statements: readonly CompiledQuery[],
    nameOf: (text: string) => string | undefined,
    ended: (error?: Error) => void,
  ) {
    super('', (error) => ended(error ?? undefined));
    this.#statements = statements.map(({ sql, parameters }) => {
      const name = nameOf(sql);
      return { name: name === undefined ? '' : `t${name}`, text: sql, values: parameters.map(toWire) };
    });
  }

  /** Some statement was sent to be prepared: after a failure nobody knows which of them are. */
  get preparedAnew(): boolean {
    return this.#preparedAnew;
  }

  override submit = (connection: Connection): void => {
    const known = prepared.get(connection) ?? new Set();
    prepared.set(connection, known);
    for (const { name, text, values } of this.#statements) {
      if (name === '' || !known.has(name)) {
        connection.parse({ name, text, types: [] }, true);
        known.add(name);
        this.#preparedAnew ||= name !== '';
      }
      connection.bind({ statement: name, values }, true);
      connection.execute(null, true);
    }
    connection.sync();
  };
}

/** As the server reads it: bytes in binary, all else as text. Arrays come in binary form (`binary-array.ts`). */
function toWire(value: unknown): string | Buffer | null {
  if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Date) return value.toISOString();
  throw new TypeError('A value of a statement is no text, number, truth value, date or bytes');
}
