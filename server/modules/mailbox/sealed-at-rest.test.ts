import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { mailStand } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');

/** Every row of every table of every schema of ours, as a thief with the disk would read them. */
async function dump(): Promise<string> {
  const superuser = new pg.Client(stand.connection);
  await superuser.connect();
  try {
    const { rows: tables } = await superuser.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const all: string[] = [];
    for (const { name } of tables) {
      const { rows } = await superuser.query<{ line: string }>(`SELECT t::text AS line FROM ${name} AS t`);
      all.push(
        ...rows.map(({ line }) =>
          line.replace(/\\+x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1')),
        ),
      );
    }
    return all.join('\n');
  } finally {
    await superuser.end();
  }
}

async function blobs(): Promise<string> {
  const files = (await readdir(stand.blobFolder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(files.length > 0);
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')))).join(
    '\n',
  );
}

test('nothing that people wrote, and nobody outside, can be read from the database or the blobs', async () => {
  const planted = [
    'Plantedfolder',
    'plantedkeyword',
    'Plantedsubject',
    'plantedbody',
    'plantedfile',
    'planted.person',
    'plantedupload',
  ];
  const folder = await nurse.ask('Mailbox/set', { create: { f: { name: 'Plantedfolder' } } });
  const folderId = (folder['created'] as { f: { id: string } }).f.id;
  const received = await nurse.receive({
    subject: 'Plantedsubject',
    text: 'plantedbody',
    from: 'planted.person@outside.test',
  });
  await nurse.ask('Email/set', {
    update: { [received]: { mailboxIds: { [folderId]: true }, 'keywords/plantedkeyword': true } },
  });
  const upload = await fetch(`${stand.url}/jmap/upload/${nurse.userId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${nurse.token}`, 'content-type': 'text/plain' },
    body: 'plantedupload '.repeat(20_000),
  });
  const { blobId } = (await upload.json()) as { blobId: string };
  const { list } = await nurse.ask('Identity/get');
  const [saved, sent] = await nurse.call(
    [
      'Email/set',
      {
        accountId: nurse.userId,
        create: {
          d: {
            mailboxIds: { [folderId]: true },
            keywords: { $draft: true, plantedkeyword: true },
            from: [{ email: nurse.email }],
            to: [{ name: 'Planted', email: 'planted.person@verified.test' }],
            bcc: [{ email: 'planted.person@mail.test' }],
            subject: 'Plantedsubject',
            textBody: [{ partId: '1' }],
            bodyValues: { 1: { value: 'plantedbody' } },
            attachments: [{ blobId, name: 'plantedfile.txt' }],
          },
        },
      },
    ],
    [
      'EmailSubmission/set',
      {
        accountId: nurse.userId,
        create: { s: { identityId: (list as { id: string }[])[0]?.id, emailId: '#d' } },
      },
    ],
  );
  assert.deepEqual([saved?.['notCreated'], sent?.['notCreated']], [null, null]);
  await stand.settleMail();
  const everything = (await dump()) + (await blobs());
  for (const word of planted) assert.ok(!everything.toLowerCase().includes(word.toLowerCase()), word);
  assert.ok(everything.includes(folderId), 'the dump holds what it should');
});
