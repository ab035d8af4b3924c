import type { ClientBase } from 'pg';
import { DatabaseSetupError } from './database-setup-error.ts';

const oldestVersion = 150_000;

/** Throws DatabaseSetupError when the server cannot hold our schema, whatever rights it gives us. */
export async function requireFitServer(client: Pick<ClientBase, 'query'>): Promise<void> {
  const {
    rows: [found],
  } = await client.query<{
    number: number;
    version: string;
    encoding: string;
    standby: boolean;
    database: string;
    role: string;
    creates: boolean;
  }>(`SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby, current_database() AS database,
      current_user AS role, has_database_privilege(current_database(), 'CREATE') AS creates`);
  if (found === undefined) return;
  const unfit = (detail: string) => new DatabaseSetupError('database-unfit', detail);
  if (found.number < oldestVersion)
    throw unfit(`PostgreSQL ${found.version} is too old. Carepost needs version 15 or newer.`);
  if (found.encoding !== 'UTF8')
    throw unfit(
      `The database ${found.database} has the encoding ${found.encoding}. Make it with ENCODING 'UTF8'.`,
    );
  if (found.standby)
    throw unfit('The database server is a standby, which cannot be written to. Name the primary.');
  if (!found.creates) {
    throw new DatabaseSetupError(
      'database-rights-missing',
      `The role ${found.role} may not make schemas. As an administrator of the database run: ALTER DATABASE "${found.database}" OWNER TO "${found.role}"`,
    );
  }
}

/**
 * Throws DatabaseSetupError when a commit may be lost after it was reported: each 250 and 201 is a promise.
 * Apart from {@link requireFitServer}, since tests survive no power failure.
 */
export async function requireDurableCommits(client: Pick<ClientBase, 'query'>): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'",
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(' and ');
  throw new DatabaseSetupError(
    'database-unfit',
    `The database reports commits that a power failure could undo. Set ${names} to on.`,
  );
}
