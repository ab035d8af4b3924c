import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { CarepostError } from '../errors.ts';
import { provideApplicationRole } from './application-role.ts';
import { requireFitServer } from './require-fit-server.ts';

export class MigrationError extends CarepostError<'migration-changed' | 'migration-failed'> {}

/** Two servers that start at once migrate one after the other. */
const advisoryLock = 4_201_963;

/**
 * Applies the SQL files of `folder` that are not yet recorded, in the order of their names, each in a
 * transaction of its own. Returns the names applied.
 * Throws MigrationError when an applied file has changed since, or one fails; DatabaseSetupError when the server
 * or our rights on it do not do.
 */
export async function migrate(pool: Pool, folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => /^\d{4}_[\w-]+\.sql$/.test(name)).toSorted();
  const client = await pool.connect();
  try {
    await requireFitServer(client);
    await client.query('SET statement_timeout = 0'); // waiting for another server's migrations, and large tables
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    await provideApplicationRole(client);
    await client.query('CREATE SCHEMA IF NOT EXISTS platform');
    await client.query(
      'CREATE TABLE IF NOT EXISTS platform.migration (name text PRIMARY KEY, digest bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string; digest: Buffer }>(
      'SELECT name, digest FROM platform.migration',
    );
    const known = new Map(rows.map((row) => [row.name, row.digest]));
    const applied: string[] = [];
    for (const name of files) {
      const text = await readFile(join(folder, name), 'utf8');
      const digest = createHash('sha256').update(text).digest();
      const before = known.get(name);
      if (before !== undefined) {
        if (before.equals(digest)) continue;
        throw new MigrationError(
          'migration-changed',
          `Migration ${name} was changed after it had been applied. Restore the file and add a new one instead.`,
        );
      }
      await applyOne(client, name, text, digest);
      applied.push(name);
    }
    return applied;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]).catch(() => undefined);
    client.release();
  }
}

async function applyOne(
  client: { query(text: string, values?: unknown[]): Promise<unknown> },
  name: string,
  text: string,
  digest: Buffer,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(text);
    await client.query('INSERT INTO platform.migration (name, digest) VALUES ($1, $2)', [name, digest]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationError(
      'migration-failed',
      `Migration ${name} failed: ${error instanceof Error ? error.message : 'unknown error'}`,
      { cause: error },
    );
  }
}
