import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { mailStand, type MailUser } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();

type Json = Record<string, unknown>;
type Objects = Map<string, string>;
const types = ['Mailbox', 'Email', 'Thread'] as const;
type Type = (typeof types)[number];

/** What a mail program holds: one object of each id, and the state it belongs to. */
class Follower {
  readonly #user: MailUser;
  readonly #known = new Map<Type, { state: string; objects: Objects }>();

  constructor(user: MailUser) {
    this.#user = user;
  }

  async begin(): Promise<void> {
    const { list, state } = await this.#user.ask('Mailbox/get');
    this.#known.set('Mailbox', { state: state as string, objects: toObjects(list) });
    for (const type of ['Email', 'Thread'] as const) {
      const { state: now } = await this.#user.ask(`${type}/get`, { ids: [] });
      this.#known.set(type, { state: now as string, objects: new Map() });
    }
  }

  /** Follows /changes, a few at a time, and fetches what it is told of. */
  async follow(maxChanges: number): Promise<void> {
    for (const type of types) {
      const known = this.#known.get(type);
      assert.ok(known);
      for (let more = true; more;) {
        const changes = await this.#user.ask(`${type}/changes`, { sinceState: known.state, maxChanges });
        const { created, updated, destroyed } = changes as {
          created: string[];
          updated: string[];
          destroyed: string[];
        };
        assert.ok(created.length + updated.length + destroyed.length <= maxChanges);
        for (const id of destroyed) known.objects.delete(id);
        const { list, notFound } = await this.#user.ask(`${type}/get`, {
          ids: [...created, ...updated],
          ...wanted(type),
        });
        for (const [id, object] of toObjects(list)) known.objects.set(id, object);
        for (const id of notFound as string[]) known.objects.delete(id); // destroyed since: will be told later
        known.state = changes['newState'] as string;
        more = changes['hasMoreChanges'] as boolean;
      }
    }
  }

  objects(type: Type): Objects {
    return this.#known.get(type)?.objects ?? new Map<string, string>();
  }
}

function wanted(type: Type): Json {
  return type === 'Email' ? { properties: ['mailboxIds', 'keywords', 'threadId', 'receivedAt', 'size'] } : {};
}

function toObjects(list: unknown): Objects {
  return new Map((list as { id: string }[]).map((object) => [object.id, JSON.stringify(object, sortKeys)]));
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function inOrder(objects: Objects = new Map()): [string, string][] {
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What a mail program that comes for the first time sees. */
async function freshView(user: MailUser): Promise<Map<Type, Objects>> {
  const { ids } = await user.ask('Email/query', { limit: 1_000 });
  const emails = await user.ask('Email/get', { ids, ...wanted('Email') });
  const threadIds = [...new Set((emails['list'] as { threadId: string }[]).map((email) => email.threadId))];
  const threads = await user.ask('Thread/get', { ids: threadIds });
  const { list } = await user.ask('Mailbox/get');
  return new Map<Type, Objects>([
    ['Mailbox', toObjects(list)],
    ['Email', toObjects(emails['list'])],
    ['Thread', toObjects(threads['list'])],
  ]);
}

/** The numbers of a folder, counted from the emails themselves. RFC 8621 §2. */
function checkCounts(view: Map<Type, Objects>): void {
  type Email = { mailboxIds: Json; keywords: Json; threadId: string };
  const emails = [...(view.get('Email')?.values() ?? [])].map((text) => JSON.parse(text) as Email);
  const folders = [...(view.get('Mailbox')?.values() ?? [])].map(
    (text) => JSON.parse(text) as Json & { id: string },
  );
  const trash = folders.find((folder) => folder['role'] === 'trash')?.id ?? '';
  const isUnread = (email: Email) => !('$seen' in email.keywords) && !('$draft' in email.keywords);
  const countsOutside = (email: Email) => Object.keys(email.mailboxIds).some((id) => id !== trash);
  for (const folder of folders) {
    const inside = emails.filter((email) => folder.id in email.mailboxIds);
    const threads = new Set(inside.map((email) => email.threadId));
    const relevant = emails.filter((email) =>
      folder.id === trash ? trash in email.mailboxIds : countsOutside(email),
    );
    const unread = [...threads].filter((thread) =>
      relevant.some((email) => email.threadId === thread && isUnread(email)),
    );
    assert.deepEqual(
      [folder['totalEmails'], folder['unreadEmails'], folder['totalThreads'], folder['unreadThreads']],
      [inside.length, inside.filter(isUnread).length, threads.size, unread.length],
      `numbers of ${JSON.stringify(folder['role'])}`,
    );
  }
}

type Step =
  | { readonly do: 'receive'; readonly thread: number; readonly role: 'inbox' | 'junk' }
  | { readonly do: 'save-draft' }
  | { readonly do: 'mark'; readonly email: number; readonly keyword: string; readonly on: boolean }
  | { readonly do: 'move'; readonly email: number; readonly folders: readonly number[] }
  | { readonly do: 'destroy'; readonly email: number }
  | { readonly do: 'make-folder'; readonly parent: number }
  | { readonly do: 'rename-folder'; readonly folder: number }
  | { readonly do: 'destroy-folder'; readonly folder: number }
  | { readonly do: 'follow'; readonly maxChanges: number };

const at = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('receive' as const),
      thread: fc.nat({ max: 3 }),
      role: fc.constantFrom('inbox' as const, 'junk' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('save-draft' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('mark' as const),
      email: at,
      keyword: fc.constantFrom('$seen', '$flagged', 'own-word'),
      on: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      email: at,
      folders: fc.array(at, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('destroy' as const), email: at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('make-folder' as const), parent: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename-folder' as const), folder: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('destroy-folder' as const), folder: at }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('follow' as const), maxChanges: fc.integer({ min: 1, max: 5 }) }),
  },
);

async function run(user: MailUser, steps: readonly Step[], follower: Follower): Promise<void> {
  let names = 0;
  const pick = <T>(list: readonly T[], index: number): T | undefined =>
    list[index % Math.max(1, list.length)];
  const emails = async () => (await user.ask('Email/query', { limit: 1_000 }))['ids'] as string[];
  const folders = async () =>
    (await user.ask('Mailbox/get'))['list'] as { id: string; role: string | null }[];
  const setEmail = async (email: number, patch: Json) => {
    const id = pick(await emails(), email);
    if (id !== undefined)
      assert.equal((await user.ask('Email/set', { update: { [id]: patch } }))['notUpdated'], null);
  };
  for (const each of steps) {
    switch (each.do) {
      case 'receive':
        stand.clock.advance(1_000);
        await user.receive({ references: [`thread-${each.thread}@outside.test`], role: each.role });
        break;
      case 'save-draft': {
        const drafts = (await folders()).find((folder) => folder.role === 'drafts')?.id ?? '';
        const draft = { mailboxIds: { [drafts]: true }, keywords: { $draft: true }, subject: 'A draft' };
        assert.equal((await user.ask('Email/set', { create: { k: draft } }))['notCreated'], null);
        break;
      }
      case 'mark':
        await setEmail(each.email, { [`keywords/${each.keyword}`]: each.on ? true : null });
        break;
      case 'move': {
        const all = await folders();
        const chosen = each.folders.map((index) => pick(all, index)?.id ?? '');
        await setEmail(each.email, { mailboxIds: Object.fromEntries(chosen.map((id) => [id, true])) });
        break;
      }
      case 'destroy': {
        const id = pick(await emails(), each.email);
        if (id !== undefined) await user.ask('Email/set', { destroy: [id] });
        break;
      }
      case 'make-folder': {
        const parentId = pick([null, ...(await folders()).map((folder) => folder.id)], each.parent);
        names += 1;
        await user.ask('Mailbox/set', { create: { k: { name: `Folder ${names}`, parentId } } });
        break;
      }
      case 'rename-folder': {
        const id = pick(
          (await folders()).filter((folder) => folder.role === null),
          each.folder,
        )?.id;
        names += 1;
        if (id !== undefined)
          await user.ask('Mailbox/set', { update: { [id]: { name: `Folder ${names}` } } });
        break;
      }
      case 'destroy-folder': {
        const id = pick(
          (await folders()).filter((folder) => folder.role === null),
          each.folder,
        )?.id;
        if (id !== undefined) await user.ask('Mailbox/set', { destroy: [id], onDestroyRemoveEmails: true });
        break;
      }
      case 'follow':
        await follower.follow(each.maxChanges);
        break;
    }
  }
}

test('a client that follows changes sees what a new client sees, and the numbers are right', async () => {
  let users = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (steps, maxChanges) => {
        users += 1;
        const user = await stand.newUser(clinic, `user${users}`);
        const follower = new Follower(user);
        await follower.begin();
        await run(user, steps, follower);
        await follower.follow(maxChanges);
        const view = await freshView(user);
        for (const type of types) {
          assert.deepEqual(inOrder(follower.objects(type)), inOrder(view.get(type)), type);
        }
        checkCounts(view);
      },
    ),
    { numRuns: 25 },
  );
});

test('changes made at the same time are all told, and none is counted twice', async () => {
  const user = await stand.newUser(clinic, 'busy');
  const follower = new Follower(user);
  await follower.begin();
  await Promise.all(
    [...Array(12).keys()].map((thread) => user.receive({ references: [`busy-${thread % 3}@outside.test`] })),
  );
  const ids = (await user.ask('Email/query'))['ids'] as string[];
  await Promise.all([
    ...ids.map((id) => user.ask('Email/set', { update: { [id]: { 'keywords/$seen': true } } })),
    ...[...Array(4).keys()].map((thread) => user.receive({ references: [`busy-${thread}@outside.test`] })),
    follower.follow(2),
  ]);
  await follower.follow(3);
  const view = await freshView(user);
  for (const type of types) assert.deepEqual(inOrder(follower.objects(type)), inOrder(view.get(type)), type);
  checkCounts(view);
});

test('placing twice is placing once', async () => {
  const user = await stand.newUser(clinic, 'twice');
  const messageId = await user.receive();
  const { state } = await user.ask('Email/get', { ids: [] });
  const { organizationId, userId } = user;
  const placement = {
    organizationId,
    userId,
    messageId,
    role: 'inbox',
    receivedAt: stand.clock.now(),
  } as const;
  await stand.database.inTenant(organizationId, (tx) => stand.mailbox.place(tx, [placement, placement]));
  assert.equal((await user.ask('Email/get', { ids: [] }))['state'], state);
});

test('states that were not yet, or are nonsense, cannot be calculated from', async () => {
  const user = await stand.newUser(clinic, 'states');
  for (const sinceState of ['999999', 'x', '-1']) {
    for (const type of [...types, 'EmailSubmission']) {
      assert.equal(
        (await user.ask(`${type}/changes`, { sinceState }))['type'],
        'cannotCalculateChanges',
        `${type} ${sinceState}`,
      );
    }
  }
});

test('a change of numbers alone is told as that', async () => {
  const user = await stand.newUser(clinic, 'numbers');
  const { state } = await user.ask('Mailbox/get', { ids: [] });
  await user.receive();
  const changes = await user.ask('Mailbox/changes', { sinceState: state });
  assert.deepEqual(changes['updatedProperties'], [
    'totalEmails',
    'unreadEmails',
    'totalThreads',
    'unreadThreads',
  ]);
  await user.ask('Mailbox/set', {
    update: { [(await user.folders()).get('inbox') ?? '']: { isSubscribed: false } },
  });
  assert.equal((await user.ask('Mailbox/changes', { sinceState: state }))['updatedProperties'], null);
});

test('a failure undoes all of a change', async () => {
  const user = await stand.newUser(clinic, 'undone');
  const { state } = await user.ask('Email/get', { ids: [] });
  const { organizationId, userId } = user;
  await assert.rejects(
    stand.database.inTenant(organizationId, async (tx) => {
      const intake = await stand.messages.fromRaw(organizationId, Buffer.from('Subject: s\r\n\r\nb'));
      const messageId = crypto.randomUUID() as Parameters<typeof stand.mailbox.place>[1][number]['messageId'];
      await stand.messages.store(tx, [
        { organizationId, messageId, intake, direction: 'inbound', category: 'clinical' },
      ]);
      await stand.mailbox.place(tx, [
        { organizationId, userId, messageId, role: 'inbox', receivedAt: stand.clock.now() },
      ]);
      await sql`SELECT 1 / 0`.execute(tx);
    }),
  );
  assert.equal((await user.ask('Email/get', { ids: [] }))['state'], state);
  assert.deepEqual((await user.ask('Email/query'))['ids'], []);
});
