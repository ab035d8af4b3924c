import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import type { OrganizationId } from '#contract/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { generateNoteSigner, encodeVerifierKey, signNote } from '#protocols/tlog/index.ts';
import { testClock } from '../../../test/support/clock.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { canonicalJson } from './canonical-json.ts';
import { commitTo, leafHashOf } from './leaf.ts';
import { createAuditModule } from './module.ts';
import { originOf } from './origin.ts';
import { verifyAuditFile } from './verify-audit-file.ts';

/** Batches of the log under test: its checkpoints stand after 3, 5, 9 and 10 entries; the tenth is the export itself. */
const batches = [3, 2, 4];
const planted = 'Zebedee Quillfeather';

describe('an exported log', async () => {
  const db = await testDatabase();
  const audit = createAuditModule({ ...db, clock: testClock(), log: silentLogger });
  const organizationId = db.newOrganization();
  const folder = await mkdtemp(join(tmpdir(), 'carepost-audit-'));
  after(() => rm(folder, { recursive: true }));

  for (const count of batches) {
    await db.database.inTenant(organizationId, (tx) =>
      audit.recordMany(
        tx,
        Array.from({ length: count }, (_, index) => ({
          organizationId,
          kind: 'message.opened',
          actor: { kind: 'system', part: 'test' } as const,
          subject: { type: 'message', id: `m${index}` },
          fields: {
            name: planted,
            list: ['ü', '\u0000"\\'],
            count: index,
            ratio: 1.5e-7,
            yes: true,
            none: null,
            __proto__x: 'a',
          },
          ip: '192.0.2.1',
        })),
      ),
    );
    await audit.loops[0]?.runUntilIdle();
  }
  const lines = await Array.fromAsync(audit.exportAudit(organizationId));
  const publicKey = await audit.verifierKeyOf(organizationId);

  async function verify(changed: readonly string[], options: { publicKey?: string } = { publicKey }) {
    const path = join(folder, 'log.jsonl');
    await writeFile(path, changed.join(''));
    return verifyAuditFile(path, options);
  }
  const lineOf = (sequence: number) => lines.findIndex((line) => line.includes(`"sequence":${sequence},`));
  const entry = (sequence: number): EntryJson => JSON.parse(lines[lineOf(sequence)] ?? '') as EntryJson;
  const withLine = (index: number, ...replacement: string[]) => lines.toSpliced(index, 1, ...replacement);
  const withEntry = (sequence: number, changed: object) =>
    withLine(lineOf(sequence), `${canonicalJson(changed)}\n`);

  it('verifies with the public key alone, and says what it holds', async () => {
    const verdict = await verify(lines);
    assert.ok(verdict.ok);
    assert.deepEqual([verdict.entries, verdict.checkpoints, verdict.verifierKey], [10, 4, publicKey]);
    assert.equal(entry(9).leaf.kind, 'audit.exported');
    assert.deepEqual(entry(1).body['fields'], {
      name: planted,
      list: ['ü', '\u0000"\\'],
      count: 1,
      ratio: 1.5e-7,
      yes: true,
      none: null,
      __proto__x: 'a',
    });
  });

  it('verifies without a key given, by the one it names', async () => {
    assert.ok((await verify(lines, {})).ok);
    const stranger = encodeVerifierKey(generateNoteSigner(originOf(organizationId)));
    assert.deepEqual(await verify(lines, { publicKey: stranger }), {
      ok: false,
      firstBadEntry: null,
      because: 'The file names another public key than the one given.',
    });
  });

  it('names the entry in which any value was changed', async () => {
    for (let sequence = 0; sequence < 10; sequence += 1) {
      const { leaf, body, ...rest } = entry(sequence);
      const changes: object[] = [
        ...Object.keys(leaf).map((name) => ({
          ...rest,
          body,
          leaf: { ...leaf, [name]: name === 'commitment' ? '00'.repeat(32) : 'changed' },
        })),
        ...Object.keys(body).map((name) => ({ ...rest, leaf, body: { ...body, [name]: 'changed' } })),
        { ...rest, leaf, body: { ...body, more: 1 } },
        { ...rest, leaf, body: null },
        { ...rest, leaf: null, salt: null, body: null },
        { ...rest, leaf, body, salt: Buffer.alloc(32).toString('base64') },
        { ...rest, leaf, body, leafHash: '00'.repeat(32) },
        { ...rest, leaf, body, sequence: sequence + 1 },
        { ...rest, leaf, body, more: 1 },
      ];
      for (const change of changes) {
        const verdict = await verify(withEntry(sequence, change));
        assert.ok(!verdict.ok);
        assert.equal(verdict.firstBadEntry, sequence, verdict.because);
      }
    }
  });

  it('names the entry at any changed byte', async () => {
    const index = lineOf(4);
    const bytes = Buffer.from(lines[index] ?? '');
    for (let at = 0; at < bytes.length - 1; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const verdict = await verify(withLine(index, changed.toString('latin1')));
      assert.ok(!verdict.ok && verdict.firstBadEntry === 4);
    }
    for (const spaced of [
      ` ${String(bytes)}`,
      String(bytes).replace(',', ', '),
      String(bytes).replace('\n', '\r\n'),
      String(bytes).replace('{', '{"type":"entry",'),
    ]) {
      const verdict = await verify(withLine(index, spaced));
      assert.ok(!verdict.ok && verdict.firstBadEntry === 4);
    }
  });

  it('names the first entry after a removal, a swap, a repetition', async () => {
    for (let sequence = 0; sequence < 9; sequence += 1) {
      const [here, next] = [lineOf(sequence), lineOf(sequence + 1)];
      const removed = await verify(lines.toSpliced(here, 1));
      assert.ok(!removed.ok && removed.firstBadEntry === sequence);
      const swapped = await verify(lines.with(here, lines[next] ?? '').with(next, lines[here] ?? ''));
      assert.ok(!swapped.ok && swapped.firstBadEntry === sequence);
      const repeated = await verify(lines.toSpliced(here, 0, lines[here] ?? ''));
      assert.ok(!repeated.ok && repeated.firstBadEntry === sequence + 1);
    }
  });

  it('fails when cut at any line or within one, and names the entry that is missing', async () => {
    for (let count = 0; count < lines.length; count += 1) {
      const kept = lines.slice(0, count);
      const verdict = await verify(kept);
      assert.ok(!verdict.ok);
      assert.equal(verdict.firstBadEntry, kept.filter((line) => line.includes('"sequence":')).length);
      assert.ok(!(await verify([...kept, lines[count]?.slice(0, -1) ?? ''])).ok);
    }
    assert.ok(!(await verify([...lines, lines.at(-1) ?? ''])).ok);
    assert.ok(!(await verify([...lines, '\n'])).ok);
  });

  it('names the first entry since the last good checkpoint when one was rewritten from body to hash', async () => {
    for (const [sequence, since] of [
      [0, 0],
      [2, 0],
      [3, 3],
      [6, 5],
      [9, 9],
    ] as const) {
      const { salt, leaf, ...rest } = entry(sequence);
      const body = { actor: { kind: 'anonymous' } };
      const forged = {
        ...leaf,
        commitment: commitTo(Buffer.from(salt, 'base64'), canonicalJson(body)).toString('hex'),
      };
      const verdict = await verify(
        withEntry(sequence, {
          ...rest,
          salt,
          leaf: forged,
          body,
          leafHash: leafHashOf(forged).toString('hex'),
        }),
      );
      assert.ok(!verdict.ok);
      assert.equal(verdict.firstBadEntry, since);
    }
  });

  it('refuses a checkpoint or trailer that another key signed, was removed, or moved', async () => {
    const forger = generateNoteSigner(originOf(organizationId));
    const signedLines = lines.flatMap((line, index) => (line.includes('"note":') ? [index] : []));
    assert.equal(signedLines.length, 5);
    for (const index of signedLines) {
      const line = JSON.parse(lines[index] ?? '') as { note: string };
      const text = line.note.slice(0, line.note.lastIndexOf('\n\n') + 1);
      assert.ok(
        !(await verify(withLine(index, `${canonicalJson({ ...line, note: signNote(text, forger) })}\n`))).ok,
      );
      assert.ok(!(await verify(lines.toSpliced(index, 1))).ok);
      assert.ok(
        !(await verify(lines.with(index, lines[index - 1] ?? '').with(index - 1, lines[index] ?? ''))).ok,
      );
    }
  });

  it('refuses a whole log made with another key, once the real key is given', async () => {
    const other = db.newOrganization();
    await db.database.inTenant(other, (tx) =>
      audit.record(tx, { organizationId: other, kind: 'a', actor: { kind: 'anonymous' } }),
    );
    const theirs = await Array.fromAsync(audit.exportAudit(other));
    assert.ok((await verify(theirs, {})).ok);
    assert.ok(!(await verify(theirs)).ok);
  });

  it('refuses nothing at all, and what is no log', async () => {
    for (const text of ['', '\n', 'no json\n', '{}\n', '[]\n', 'null\n', '{"type":"header"}\n'])
      assert.ok(!(await verify([text])).ok);
    await assert.rejects(verifyAuditFile(join(folder, 'no such file')), /ENOENT/);
  });

  it('shows what somebody did to the database, by the number of the entry', async () => {
    const victim = db.newOrganization();
    await db.database.inTenant(victim, (tx) =>
      audit.recordMany(
        tx,
        ['a', 'b', 'c', 'd'].map((kind) => ({
          organizationId: victim,
          kind,
          actor: { kind: 'anonymous' } as const,
        })),
      ),
    );
    await audit.loops[0]?.runUntilIdle();
    const intruder = new pg.Client(db.connection);
    await intruder.connect();
    const at = (sequence: number) => [victim, sequence];
    const where =
      'WHERE (organization_id, event_id) = (SELECT organization_id, event_id FROM audit.entry WHERE organization_id = $1 AND sequence = $2)';
    await intruder.query(`UPDATE audit.event SET kind = 'x' ${where}`, at(3));
    assert.equal(await firstBad(victim), 3);
    await intruder.query(`UPDATE audit.event SET sealed = sealed || '\\x00' ${where}`, at(2));
    assert.equal(await firstBad(victim), 2);
    await intruder.query(`DELETE FROM audit.event ${where}`, at(1));
    assert.equal(await firstBad(victim), 1);
    await intruder.query('DELETE FROM audit.entry WHERE organization_id = $1 AND sequence = $2', at(0));
    assert.equal(await firstBad(victim), 0);
    await intruder.end();
  });

  async function firstBad(victim: OrganizationId): Promise<number | null> {
    const verdict = await verify(await Array.fromAsync(audit.exportAudit(victim)), {});
    assert.ok(!verdict.ok);
    return verdict.firstBadEntry;
  }

  it('streams pages without losing an entry or a checkpoint between them', async () => {
    const large = db.newOrganization();
    for (let batch = 0; batch < 3; batch += 1) {
      await db.database.inTenant(large, (tx) =>
        audit.recordMany(
          tx,
          Array.from({ length: 500 }, () => ({
            organizationId: large,
            kind: 'a',
            actor: { kind: 'anonymous' } as const,
          })),
        ),
      );
      await audit.loops[0]?.runUntilIdle();
    }
    const verdict = await verify(await Array.fromAsync(audit.exportAudit(large)), {});
    assert.ok(verdict.ok);
    assert.deepEqual([verdict.entries, verdict.checkpoints], [1501, 4]);
  });

  it('is of one tenant only', async () => {
    assert.ok(!(await Array.fromAsync(audit.exportAudit(db.newOrganization()))).join('').includes(planted));
  });

  it('leaves no planted value in the clear in the files of the database, the log of writes included', async () => {
    const secret = `Quillfeather ${randomUUID()}`;
    const control = `thing.${randomUUID()}`;
    const admin = new pg.Client(db.connection);
    await admin.connect();
    const segment = async () =>
      (await admin.query<{ name: string }>('SELECT pg_walfile_name(pg_current_wal_lsn()) AS name')).rows[0]
        ?.name ?? '';
    const first = await segment();
    const victim = db.newOrganization();
    await db.database.inTenant(victim, (tx) =>
      audit.record(tx, {
        organizationId: victim,
        kind: control,
        actor: { kind: 'system', part: secret },
        fields: { secret },
        ip: secret,
      }),
    );
    await audit.loops[0]?.runUntilIdle();
    await admin.query('CHECKPOINT');
    const last = await segment();
    const { rows } = await admin.query<{ oid: number }>(
      'SELECT oid FROM pg_database WHERE datname = current_database()',
    );
    await admin.end();

    const cluster = join(db.serverFolder, 'postgresql/cluster');
    const base = join(cluster, 'base', String(rows[0]?.oid));
    const segments = (await readdir(join(cluster, 'pg_wal'))).filter((name) => name >= first && name <= last);
    const files = [
      ...(await readdir(base)).map((name) => join(base, name)),
      ...segments.map((name) => join(cluster, 'pg_wal', name)),
    ];
    let controls = 0;
    for (const file of files) {
      const content = await readFile(file);
      assert.ok(!content.includes(secret));
      if (content.includes(control)) controls += 1;
    }
    assert.ok(controls >= 2); // what is in the clear was found, in the table and in the log of writes
  });
});

interface EntryJson {
  readonly type: 'entry';
  readonly sequence: number;
  readonly leaf: { organization: string; eventId: string; at: string; kind: string; commitment: string };
  readonly salt: string;
  readonly body: Record<string, unknown>;
  readonly leafHash: string;
}
