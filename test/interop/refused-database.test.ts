// A database that does not do: one sentence, exit code 1, and no word of the password.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { testAuthority } from '../support/certificates.ts';
import { freePorts } from '../support/free-port.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { refusedStart, runCarepost } from '../support/run-carepost.ts';

const password = 'copper-violin-meadow-52';

suite('a database that does not do', { concurrency: 1 }, () => {
  const stack = new AsyncDisposableStack();
  let server: PostgresServer;
  let folder: string;
  let authorityFile: string;
  let strangersFile: string;
  let made = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'refused-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const authority = await testAuthority();
    const { cert, key } = await authority.issue('localhost');
    authorityFile = join(folder, 'authority.pem');
    strangersFile = join(folder, 'stranger.pem');
    await writeFile(authorityFile, authority.certificate);
    await writeFile(strangersFile, (await testAuthority()).certificate);
    server = stack.use(await startPostgresServer({ tls: { cert, key } }));
    await server.administer('CREATE ROLE carepost_app NOLOGIN');
  });
  after(() => stack.disposeAsync());

  /** A role and a database of its own, as the page wants them but for what the test takes away. */
  async function newDatabase({ database = '', member = true } = {}): Promise<string> {
    made += 1;
    const name = `clinic_${made}`;
    await server.administer(
      `CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${member ? 'IN ROLE carepost_app' : ''}`,
    );
    await server.administer(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE template0 ${database}`);
    return name;
  }
  const urlOf = (name: string) => server.url(name, password, name);
  async function refused(url: string): Promise<string> {
    const sentence = await refusedStart({
      CAREPOST_DATA: join(folder, `data-${made}`),
      DATABASE_URL: url,
    });
    assert.ok(!sentence.includes(password), sentence);
    return sentence;
  }

  test('nobody answers', async () => {
    const [port = 0] = await freePorts(1);
    const url = `postgres://carepost:${password}@localhost:${port}/carepost`;
    assert.match(
      await refused(url),
      /^The database at localhost:\d+ does not answer \(ECONNREFUSED\)\. See docs/,
    );
  });

  test('a wrong password', async () => {
    const name = await newDatabase();
    assert.match(await refused(server.url(name, 'wrong', name)), /refuses the role or its password/);
  });

  test('no such database', async () => {
    const name = await newDatabase();
    assert.match(await refused(server.url(name, password, 'nowhere')), /has no database of this name/);
  });

  test('a role that may not log in', async () => {
    const name = await newDatabase();
    await server.administer(`ALTER ROLE ${name} NOLOGIN`);
    assert.match(await refused(urlOf(name)), /does not let this role in/);
  });

  test('a role that may not make schemas', async () => {
    const name = await newDatabase();
    await server.administer(`ALTER DATABASE ${name} OWNER TO postgres`);
    const sentence = await refused(urlOf(name));
    assert.match(sentence, /may not make schemas/);
    await remedy(sentence);
    assert.equal((await anyCommand(urlOf(name))).code, 0);
  });

  test('a role that is not carepost_app and may not become it', async () => {
    const name = await newDatabase({ member: false });
    const sentence = await refused(urlOf(name));
    assert.match(sentence, /^The database must know the role carepost_app/);
    await remedy(sentence);
    assert.equal((await anyCommand(urlOf(name))).code, 0);
  });

  test('no carepost_app, and a role that may not make it', async () => {
    const name = await newDatabase({ member: false });
    await server.administer('ALTER ROLE carepost_app RENAME TO put_away');
    const sentence = await refused(urlOf(name));
    assert.match(sentence, /^The database must know the role carepost_app/);
    await remedy(sentence);
    assert.equal((await anyCommand(urlOf(name))).code, 0);
  });

  for (const right of ['SUPERUSER', 'BYPASSRLS'])
    test(`carepost_app with ${right}`, async () => {
      const name = await newDatabase();
      await server.administer(`ALTER ROLE carepost_app ${right}`);
      const sentence = await refused(urlOf(name));
      assert.match(sentence, /^Row level security does not confine/);
      await remedy(sentence);
      assert.equal((await anyCommand(urlOf(name))).code, 0);
    });

  test('another encoding', async () => {
    const name = await newDatabase({ database: "ENCODING 'SQL_ASCII' LOCALE 'C'" });
    assert.match(await refused(urlOf(name)), /has the encoding SQL_ASCII\. Make it with ENCODING 'UTF8'/);
  });

  test('commits that are not waited for', async () => {
    const name = await newDatabase();
    await server.administer(`ALTER ROLE ${name} SET synchronous_commit = off`);
    assert.match(await refused(urlOf(name)), /Set synchronous_commit to on/);
    await server.administer(`ALTER ROLE ${name} SET synchronous_commit = remote_apply`);
    assert.equal((await anyCommand(urlOf(name))).code, 0);
  });

  test('a version that is too old', async () => {
    const name = await newDatabase();
    await using elder = await asVersion(14, server.port);
    const url = `postgres://${name}:${password}@127.0.0.1:${elder.port}/${name}`;
    assert.match(
      await refused(url),
      /^PostgreSQL 14\.\d+ .*is too old\. Carepost needs version 15 or newer\.$/,
    );
  });

  test('TLS: proven, of a stranger, for another name', async () => {
    const name = await newDatabase();
    const url = (host: string, file: string) =>
      `postgres://${name}:${password}@${host}:${server.port}/${name}?sslmode=verify-full&sslrootcert=${file}`;
    assert.match(
      await refused(url('localhost', strangersFile)),
      /an authority that is not known \(sslrootcert\)/,
    );
    assert.match(await refused(url('127.0.0.1', authorityFile)), /has a TLS certificate for another name/);
    assert.match(
      await refused(url('localhost', join(folder, 'none.pem'))),
      /the file of sslrootcert, .*none\.pem, cannot/,
    );
    assert.equal((await anyCommand(url('localhost', authorityFile))).code, 0);
    const [connections] = await server.administer(
      `SELECT count(*)::int AS count FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = '${name}' AND NOT ssl`,
    );
    assert.equal(connections?.['count'], 0);
  });

  test('TLS is asked for, and there is none', async () => {
    await using plain = await startPostgresServer();
    const url = `postgres://postgres:${password}@localhost:${plain.port}/postgres?sslmode=verify-full`;
    assert.match(await refused(url), /offers no TLS, which DATABASE_URL asks for/);
  });

  for (const [what, url, expected] of [
    ['no URL', `nonsense ${password}`, /^DATABASE_URL cannot be understood\. The form is/],
    ['another kind', `mysql://a:${password}@localhost/b`, /^DATABASE_URL cannot be understood/],
    ['no database', `postgres://a:${password}@localhost`, /must name the role, the host and the database/],
    ['no role', 'postgres://localhost/carepost', /must name the role, the host and the database/],
    [
      'far and open',
      `postgres://a:${password}@192.0.2.7/b`,
      /^DATABASE_URL names another machine: say sslmode=/,
    ],
    [
      'our options',
      `postgres://a:${password}@localhost/b?options=-c%20role%3Dnone`,
      /must not set "options"/,
    ],
  ] as const)
    test(`a URL that does not do: ${what}`, async () => {
      assert.match(await refused(url), expected);
    });

  /** Runs what the sentence tells the administrator to. */
  async function remedy(sentence: string): Promise<void> {
    await server.administer(/run: (.*)$/.exec(sentence)?.[1] ?? '');
  }

  /** Opens and closes the database, as any command does. */
  async function anyCommand(url: string) {
    const options = ['--name', 'A', '--slug', 'a', '--domain', 'a.test', '--admin-name', 'A'];
    const result = await runCarepost(
      ['organization', 'create', ...options, '--admin-email', 'a@a.test'],
      { CAREPOST_DATA: join(folder, `data-${made}`), DATABASE_URL: url },
      { input: password },
    );
    assert.equal(result.code, 0, result.output);
    return result;
  }
});

/** The server behind `port`, which calls itself older than it is. */
async function asVersion(major: number, port: number) {
  const between = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    client.pipe(server);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
    server.on('data', (chunk: Buffer) => {
      const text = chunk
        .toString('latin1')
        .replace(/\b15(\d{4})\b|\b15(?=\.\d+ )/g, (_, rest: string | undefined) => `${major}${rest ?? ''}`);
      client.write(Buffer.from(text, 'latin1'));
    });
    server.on('end', () => client.end());
  });
  await new Promise<void>((resolve) => {
    between.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (between.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      between.close();
    },
  };
}
