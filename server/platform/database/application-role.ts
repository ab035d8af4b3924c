import type { ClientBase, Pool } from 'pg';
import { DatabaseSetupError } from './database-setup-error.ts';

type Client = Pick<ClientBase, 'query'>;

/** What the program acts as: it owns nothing and row level security confines it. */
export const applicationRole = 'carepost_app';

const insufficientPrivilege = '42501';
const duplicates = new Set(['42710', '23505']); // roles are shared by all databases of a server

/**
 * Makes the role and makes us a member of it, where that has not been done. At each start, not once: roles are
 * not in a dump, so a restored database may be without.
 * Throws DatabaseSetupError with the statements for an administrator when we may not.
 */
export async function provideApplicationRole(client: Client): Promise<void> {
  let found = await look(client);
  if (found === undefined) {
    await attempt(
      client,
      `CREATE ROLE ${applicationRole} NOLOGIN NOSUPERUSER NOBYPASSRLS`,
      (role) => `CREATE ROLE ${applicationRole} NOLOGIN; GRANT ${applicationRole} TO "${role}"`,
    );
    found = await look(client);
  }
  if (found?.unconfined === true) {
    throw new DatabaseSetupError(
      'application-role-unsafe',
      `Row level security does not confine the role ${applicationRole}. As an administrator of the database run: ALTER ROLE ${applicationRole} NOSUPERUSER NOBYPASSRLS`,
    );
  }
  if (found?.ours === true) return;
  await attempt(
    client,
    `GRANT ${applicationRole} TO CURRENT_USER`,
    (role) => `GRANT ${applicationRole} TO "${role}"`,
  );
}

/** Throws DatabaseSetupError unless the connections of `pool` act as the role: a pooler between may have lost it. */
export async function requireApplicationRole(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string }>('SELECT current_user AS role');
  if (rows[0]?.role === applicationRole) return;
  throw new DatabaseSetupError(
    'application-role-unsafe',
    `Connections to the database do not act as ${applicationRole}. Connect to PostgreSQL itself, not through a pooler.`,
  );
}

async function look(client: Client): Promise<{ unconfined: boolean; ours: boolean } | undefined> {
  const { rows } = await client.query<{ unconfined: boolean; ours: boolean }>(
    `SELECT rolsuper OR rolbypassrls AS unconfined,
       pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) AS ours
     FROM pg_roles WHERE rolname = $1`,
    [applicationRole],
  );
  return rows[0];
}

async function attempt(client: Client, statement: string, remedy: (role: string) => string): Promise<void> {
  try {
    await client.query(statement);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (duplicates.has(code)) return;
    if (code !== insufficientPrivilege) throw cause;
    const { rows } = await client.query<{ role: string }>('SELECT current_user AS role');
    throw new DatabaseSetupError(
      'database-rights-missing',
      `The database must know the role ${applicationRole}, and we may not make it or be it. As an administrator of the database run: ${remedy(rows[0]?.role ?? '')}`,
      { cause },
    );
  }
}
