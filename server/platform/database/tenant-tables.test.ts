import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../../test/support/database.ts';

interface Table {
  readonly name: string;
  readonly tenant: boolean;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly policies: readonly string[];
  /** What the application's role may do with it. */
  readonly rights: readonly string[];
}

/** Tables that belong to no organisation; what they hold names no person, or by keyed digest only. */
const shared = new Set([
  'delivery.destination',
  'delivery.process',
  'identity.sign_in_limit',
  'platform.migration', // the application cannot read it
  'platform.root_key_proof', // nor this
  'portal.request_count',
  'protection.domain_evidence',
  'protection.sts_policy',
]);

/** Of what happened, the application can add and read. */
const appendOnly = [
  'audit.checkpoint',
  'audit.entry',
  'audit.event',
  'audit.signing_key',
  'delivery.transition',
  'messages.thread_link',
  'pickup.receipt',
  'policy.decision',
  'portal.reply',
  'protection.finding',
  'protection.receipt',
];

const { connection } = await testDatabase();

suite('the catalogue of the migrated database', () => {
  const owner = new pg.Client(connection);
  let tables: Table[];
  before(async () => {
    await owner.connect();
    const { rows } = await owner.query<Table>(`
      SELECT c.oid::regclass::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id') AS tenant,
        ARRAY(SELECT pg_get_expr(p.polqual, p.polrelid) || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
          FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
        ARRAY(SELECT r FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) r
          WHERE has_table_privilege('carepost_app', c.oid, r)) AS rights
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      ORDER BY 1`);
    tables = rows.map((row) => ({ ...row, name: row.name.replaceAll('"', '') }));
  });
  after(() => owner.end());

  test('every table of a tenant is confined by force, and every other is known', () => {
    assert.ok(tables.length > 40);
    for (const { name, tenant, enabled, forced, policies } of tables) {
      if (!tenant) {
        assert.ok(shared.has(name), `${name} belongs to no organisation`);
        continue;
      }
      assert.ok(enabled && forced, `${name} is not confined`);
      assert.equal(policies.length, 1, name);
      assert.match(policies[0] ?? '', /organization_id = .*current_organization/, name);
    }
  });

  test('organization_id leads every primary key', async () => {
    const { rows } = await owner.query<{ name: string; first: string }>(`
      SELECT i.indrelid::regclass::text AS name, a.attname AS first
      FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indisprimary`);
    const first = new Map(rows.map((row) => [row.name.replaceAll('"', ''), row.first]));
    for (const { name } of tables.filter(({ tenant }) => tenant))
      assert.equal(first.get(name), 'organization_id', name);
  });

  test('the application reads and writes rows and can do nothing else', () => {
    const allowed = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE']);
    for (const { name, rights } of tables) {
      if (name === 'platform.migration') assert.deepEqual(rights, [], name);
      for (const right of rights) assert.ok(allowed.has(right), `${right} on ${name}`);
    }
  });

  test('history is only added to', () => {
    for (const name of appendOnly)
      assert.deepEqual(tables.find((table) => table.name === name)?.rights, ['SELECT', 'INSERT'], name);
  });

  test('the role of the application is nobody special and owns nothing', async () => {
    const { rows } = await owner.query(`
      SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
        (SELECT count(*) FROM pg_class WHERE relowner = r.oid)::integer AS owned,
        (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)::integer AS memberships
      FROM pg_roles r WHERE rolname = 'carepost_app'`);
    assert.deepEqual(rows, [
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolcanlogin: false,
        rolreplication: false,
        owned: 0,
        memberships: 0,
      },
    ]);
    const schemas = await owner.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace WHERE has_schema_privilege('carepost_app', oid, 'CREATE')`,
    );
    assert.deepEqual(schemas.rows, []);
  });

  test('no function runs with the rights of its owner, no view reads with them', async () => {
    const { rows } = await owner.query<{ name: string }>(`
      SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      UNION ALL
      SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)`);
    assert.deepEqual(rows, []);
  });

  for (const statement of [
    'UPDATE audit.event SET kind = kind',
    'DELETE FROM audit.event',
    'TRUNCATE audit.event',
    'UPDATE audit.entry SET sequence = sequence',
    'DELETE FROM audit.checkpoint',
    'UPDATE audit.signing_key SET verifier_key = verifier_key',
    'ALTER TABLE audit.event DISABLE ROW LEVEL SECURITY',
    'DROP POLICY tenant ON audit.event',
    'ALTER TABLE messages.message DISABLE TRIGGER message_is_immutable',
    'CREATE TABLE audit.mine (x integer)',
    "SELECT platform.protect_tenant_table('audit.event', 'ALL')",
  ]) {
    test(`refused to the application: ${statement}`, async () => {
      await owner.query('BEGIN');
      await owner.query('SET LOCAL ROLE carepost_app');
      await owner.query(`SELECT set_config('carepost.organization', '*', true)`);
      await assert.rejects(owner.query(statement), { code: '42501' }); // insufficient_privilege
      await owner.query('ROLLBACK');
    });
  }

  test('without an organisation there is nothing, whatever was set before', async () => {
    await owner.query('BEGIN');
    await owner.query(`INSERT INTO delivery.pause VALUES (gen_random_uuid(), now())`);
    await owner.query('SET LOCAL ROLE carepost_app');
    for (const organization of ['', '00000000-0000-0000-0000-000000000000']) {
      await owner.query(`SELECT set_config('carepost.organization', $1, true)`, [organization]);
      assert.equal((await owner.query('SELECT FROM delivery.pause')).rowCount, 0);
    }
    await owner.query('ROLLBACK');
  });
});
