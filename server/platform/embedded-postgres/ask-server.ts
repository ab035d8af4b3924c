import pg from 'pg';
import type { Connection } from './connection.ts';

export interface ServerAnswer {
  readonly version: string;
  readonly clusterName: string;
}

/** Asks who answers on the socket and makes our database if it is missing; undefined when nobody answers. */
export async function askServer(connection: Connection): Promise<ServerAnswer | undefined> {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const {
      rows: [answer],
    } = await client.query<ServerAnswer & { missing: boolean }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_setting('cluster_name') AS "clusterName",
              NOT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS missing`,
      [connection.database],
    );
    if (answer?.missing === true)
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(connection.database)}`);
    return answer;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}
