import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailStand } from '../../../test/support/mail-stand.ts';
import { folderLimits } from './folder.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');

type Json = Record<string, unknown>;
type Outcome = Record<string, Json> | null;

async function make(name: string, more: Json = {}): Promise<string> {
  const { created, notCreated } = await nurse.ask('Mailbox/set', { create: { k: { name, ...more } } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return (created as { k: { id: string } }).k.id;
}

async function refusal(object: Json): Promise<unknown> {
  const { notCreated } = await nurse.ask('Mailbox/set', { create: { k: object } });
  const error = (notCreated as Outcome)?.['k'];
  return error?.['properties'] ?? error?.['type'];
}

async function update(id: string, patch: Json): Promise<unknown> {
  const { notUpdated } = await nurse.ask('Mailbox/set', { update: { [id]: patch } });
  const error = (notUpdated as Outcome)?.[id];
  return error === undefined ? undefined : (error['properties'] ?? error['type']);
}

async function destroy(ids: string[], more: Json = {}): Promise<Json> {
  return nurse.ask('Mailbox/set', { destroy: ids, ...more });
}

const inbox = (await nurse.folders()).get('inbox') ?? '';

test('folders can be made, renamed, moved and destroyed', async () => {
  const { created } = await nurse.ask('Mailbox/set', {
    create: { child: { name: 'Inner', parentId: '#parent' }, parent: { name: 'Outer', sortOrder: 5 } },
  });
  const { parent, child } = created as Record<
    string,
    { id: string; totalEmails: number; myRights: { mayRename: boolean } }
  >;
  assert.ok(parent && child);
  assert.deepEqual([parent.totalEmails, parent.myRights.mayRename], [0, true]);
  assert.equal(await update(child.id, { name: 'Renamed', parentId: inbox, isSubscribed: false }), undefined);
  const { list } = await nurse.ask('Mailbox/get', {
    ids: [child.id],
    properties: ['name', 'parentId', 'isSubscribed', 'sortOrder'],
  });
  assert.deepEqual(list, [
    { id: child.id, name: 'Renamed', parentId: inbox, isSubscribed: false, sortOrder: 0 },
  ]);
  assert.deepEqual((await destroy([parent.id, child.id]))['destroyed'], [child.id, parent.id]);
  assert.deepEqual((await nurse.ask('Mailbox/get', { ids: [child.id] }))['notFound'], [child.id]);
});

test('names are what people write, and no two beside each other are alike', async () => {
  const id = await make('Überweisungen 2026 / März');
  assert.deepEqual(await refusal({ name: 'ÜBERWEISUNGEN 2026 / MÄRZ' }), ['name']);
  assert.deepEqual(await refusal({ name: 'inbox' }), ['name']);
  await make('Überweisungen 2026 / März', { parentId: id });
  for (const name of ['', '  ', 'a\nb', 'x'.repeat(folderLimits.nameBytes + 1), '\u202eevil', 5, null]) {
    assert.deepEqual(await refusal({ name }), ['name'], JSON.stringify(name));
  }
  assert.equal(
    await update(id, { name: 'überweisungen 2026 / märz' }),
    undefined,
    'its own name may change case',
  );
});

test('folders with a role keep it, their name and their place', async () => {
  for (const patch of [
    { name: 'Eingang' },
    { role: 'archive' },
    { role: null },
    { parentId: await make('Somewhere') },
  ]) {
    assert.deepEqual(await update(inbox, patch), Object.keys(patch), JSON.stringify(patch));
  }
  assert.equal(await update(inbox, { sortOrder: 3, name: 'Inbox' }), undefined);
  assert.deepEqual(((await destroy([inbox]))['notDestroyed'] as Outcome)?.[inbox]?.['type'], 'forbidden');
  assert.deepEqual(await refusal({ name: 'Second inbox', role: 'inbox' }), ['role']);
});

test('what the server counts cannot be set', async () => {
  const id = await make('Counted');
  assert.deepEqual(await update(id, { totalEmails: 5 }), ['totalEmails']);
  assert.deepEqual(
    await update(id, { totalEmails: 0, name: 'Counted' }),
    undefined,
    'unless it is what it is',
  );
  assert.deepEqual(await update(id, { nothing: 1 }), ['nothing']);
  assert.deepEqual(await refusal({ name: 'x', totalEmails: 1 }), ['totalEmails']);
});

test('a folder cannot lie below itself, nor too deep, nor below what is not there', async () => {
  let id = await make('Level 1');
  const top = id;
  for (let level = 2; level <= folderLimits.depth; level += 1)
    id = await make(`Level ${level}`, { parentId: id });
  assert.deepEqual(await refusal({ name: 'Too deep', parentId: id }), ['parentId']);
  assert.deepEqual(await update(top, { parentId: id }), ['parentId']);
  assert.deepEqual(await update(top, { parentId: top }), ['parentId']);
  assert.deepEqual(await update(top, { parentId: inbox }), ['parentId'], 'it would take the others too deep');
  assert.deepEqual(await refusal({ name: 'x', parentId: crypto.randomUUID() }), ['parentId']);
  assert.deepEqual(await refusal({ name: 'x', parentId: '#nobody' }), ['parentId']);
});

test('a folder that holds something goes only when that is wanted', async () => {
  const outer = await make('Holds');
  const inner = await make('Held', { parentId: outer });
  assert.equal(((await destroy([outer]))['notDestroyed'] as Outcome)?.[outer]?.['type'], 'mailboxHasChild');
  const [here, both] = [await nurse.receive(), await nurse.receive()];
  await nurse.ask('Email/set', {
    update: { [here]: { mailboxIds: { [inner]: true } }, [both]: { [`mailboxIds/${inner}`]: true } },
  });
  assert.equal(((await destroy([inner]))['notDestroyed'] as Outcome)?.[inner]?.['type'], 'mailboxHasEmail');
  assert.deepEqual((await destroy([inner], { onDestroyRemoveEmails: true }))['destroyed'], [inner]);
  const { list, notFound } = await nurse.ask('Email/get', { ids: [here, both], properties: ['mailboxIds'] });
  assert.deepEqual([list, notFound], [[{ id: both, mailboxIds: { [inbox]: true } }], [here]]);
  const { totalEmails } =
    ((await nurse.ask('Mailbox/get', { ids: [inbox] }))['list'] as { totalEmails: number }[])[0] ?? {};
  assert.equal(totalEmails, 1);
});

test('a name is free again when its folder is gone', async () => {
  const id = await make('Again');
  await destroy([id]);
  assert.notEqual(await make('Again'), id);
});

test('changes of folders are recorded', async () => {
  const id = await make('Recorded');
  await update(id, { name: 'Recorded too' });
  await update(id, { name: 'Recorded too' });
  await destroy([id]);
  const kinds = stand.recorded.filter(({ subject }) => subject?.id === id).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['mailbox.folder-created', 'mailbox.folder-changed', 'mailbox.folder-destroyed']);
});
