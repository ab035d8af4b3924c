import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mailStand } from '../../../test/support/mail-stand.ts';

const stand = await mailStand();
const clinic = await stand.newOrganizationWithStaff();
const nurse = await stand.newUser(clinic, 'nurse');

interface Known {
  readonly id: string;
  readonly threadId: string;
  readonly mailboxIds: Record<string, true>;
  readonly keywords: Record<string, true>;
  readonly receivedAt: string;
  readonly size: number;
}

const keywords = ['$seen', '$flagged', 'own-word'];

/** Thirty emails in folders, threads and with keywords, chosen by small numbers. */
async function fill(): Promise<{ emails: Known[]; folders: string[] }> {
  const created = await nurse.ask('Mailbox/set', { create: { a: { name: 'A' }, b: { name: 'B' } } });
  const made = Object.values(created['created'] as Record<string, { id: string }>).map(({ id }) => id);
  const folders = [(await nurse.folders()).get('inbox') ?? '', ...made];
  const update: Record<string, object> = {};
  for (let i = 0; i < 30; i += 1) {
    stand.clock.advance(60_000);
    const id = await nurse.receive({
      references: [`t${i % 7}@outside.test`],
      text: 'x'.repeat((i * 37) % 400),
    });
    const mailboxIds = Object.fromEntries(
      folders.filter((_, at) => (i + at) % 3 === 0 || (i * at) % 5 === 1).map((folder) => [folder, true]),
    );
    const marks = keywords.filter((_, at) => (i >> at) % 2 === 1);
    update[id] = {
      mailboxIds: Object.keys(mailboxIds).length > 0 ? mailboxIds : { [folders[0] ?? '']: true },
      keywords: Object.fromEntries(marks.map((mark) => [mark, true])),
    };
  }
  assert.equal((await nurse.ask('Email/set', { update }))['notUpdated'], null);
  const properties = ['threadId', 'mailboxIds', 'keywords', 'receivedAt', 'size'];
  const { list } = await nurse.ask('Email/get', { ids: Object.keys(update), properties });
  return { emails: list as Known[], folders };
}

const { emails, folders } = await fill();

type Condition = Record<string, unknown>;
type Filter = Condition | { operator: string; conditions: Filter[] };

/** The conditions in the words of RFC 8621 §4.4.1. */
function matches(email: Known, condition: Condition): boolean {
  const thread = emails.filter((each) => each.threadId === email.threadId);
  return Object.entries(condition).every(([name, value]) => {
    const text = String(value);
    switch (name) {
      case 'inMailbox':
        return text in email.mailboxIds;
      case 'inMailboxOtherThan':
        return Object.keys(email.mailboxIds).some((id) => !(value as string[]).includes(id));
      case 'before':
        return email.receivedAt < text;
      case 'after':
        return email.receivedAt >= text;
      case 'minSize':
        return email.size >= Number(value);
      case 'maxSize':
        return email.size < Number(value);
      case 'hasKeyword':
        return text in email.keywords;
      case 'notKeyword':
        return !(text in email.keywords);
      case 'allInThreadHaveKeyword':
        return thread.every((each) => text in each.keywords);
      case 'someInThreadHaveKeyword':
        return thread.some((each) => text in each.keywords);
      case 'noneInThreadHaveKeyword':
        return !thread.some((each) => text in each.keywords);
      default:
        throw new Error(name);
    }
  });
}

function passes(email: Known, filter: Filter): boolean {
  if (!('operator' in filter)) return matches(email, filter);
  const inner = (filter.conditions as Filter[]).map((each) => passes(email, each));
  if (filter.operator === 'AND') return inner.every(Boolean);
  return filter.operator === 'OR' ? inner.some(Boolean) : !inner.some(Boolean);
}

const times = emails.map((email) => email.receivedAt);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom(...folders, 'nothing').map((inMailbox) => ({ inMailbox })),
  fc.subarray(folders).map((inMailboxOtherThan) => ({ inMailboxOtherThan })),
  fc.constantFrom(...times).map((before) => ({ before })),
  fc.constantFrom(...times).map((after) => ({ after })),
  fc.integer({ min: 0, max: 900 }).map((minSize) => ({ minSize })),
  fc.integer({ min: 0, max: 900 }).map((maxSize) => ({ maxSize })),
  fc
    .tuple(
      fc.constantFrom(
        'hasKeyword',
        'notKeyword',
        'allInThreadHaveKeyword',
        'someInThreadHaveKeyword',
        'noneInThreadHaveKeyword',
      ),
      fc.constantFrom(...keywords, 'never'),
    )
    .map(([name, keyword]) => ({ [name]: keyword })),
  fc
    .tuple(fc.constantFrom(...folders), fc.constantFrom(...keywords))
    .map(([inMailbox, hasKeyword]) => ({ inMailbox, hasKeyword })),
  fc.constant({}),
);
const filter = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    condition,
    fc.record({
      operator: fc.constantFrom('AND', 'OR', 'NOT'),
      conditions: fc.array(tie('filter'), { maxLength: 3 }),
    }),
  ),
})).filter;

function sorted(list: readonly Known[], property: string, isAscending: boolean): Known[] {
  const value = (email: Known): number | string => {
    if (property === 'receivedAt') return email.receivedAt;
    return property === 'size' ? email.size : Number('$flagged' in email.keywords);
  };
  const direction = isAscending ? 1 : -1;
  return list.toSorted((a, b) => {
    if (value(a) !== value(b)) return value(a) < value(b) ? -direction : direction;
    const last = property === 'receivedAt' && isAscending ? 1 : -1;
    return a.id < b.id ? -last : last;
  });
}

function collapsed(list: readonly Known[]): Known[] {
  const seen = new Set<string>();
  return list.filter(({ threadId }) => !seen.has(threadId) && seen.add(threadId));
}

test('any filter, sort and window answers what reading all emails would', async () => {
  await fc.assert(
    fc.asyncProperty(
      filter,
      fc.constantFrom('receivedAt', 'size', 'hasKeyword'),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: -12, max: 12 }),
      fc.nat({ max: 12 }),
      async (asked, property, isAscending, collapseThreads, position, limit) => {
        const sort = [{ property, isAscending, ...(property === 'hasKeyword' && { keyword: '$flagged' }) }];
        const answer = await nurse.ask('Email/query', {
          filter: asked,
          sort,
          collapseThreads,
          position,
          limit,
          calculateTotal: true,
        });
        const all = sorted(
          emails.filter((email) => passes(email, asked)),
          property,
          isAscending,
        );
        const expected = (collapseThreads ? collapsed(all) : all).map(({ id }) => id);
        const start = position < 0 ? Math.max(0, expected.length + position) : position;
        assert.deepEqual(answer['ids'], expected.slice(start, start + limit));
        assert.equal(answer['total'], expected.length);
      },
    ),
    { numRuns: 150 },
  );
});

test('an anchor is found where it is, also when threads are collapsed', async () => {
  const { ids } = await nurse.ask('Email/query', { collapseThreads: true });
  const all = ids as string[];
  const anchored = await nurse.ask('Email/query', {
    collapseThreads: true,
    anchor: all[3],
    anchorOffset: -1,
    limit: 3,
  });
  assert.deepEqual([anchored['ids'], anchored['position']], [all.slice(2, 5), 2]);
  assert.equal((await nurse.ask('Email/query', { anchor: crypto.randomUUID() }))['type'], 'anchorNotFound');
  assert.equal((await nurse.ask('Email/query', { anchor: 'never-an-id' }))['type'], 'anchorNotFound');
});

test('filters and sorts that are not there are refused, not ignored', async () => {
  for (const [args, type] of [
    [{ filter: { bcc: 'x' } }, 'unsupportedFilter'],
    [{ filter: { header: ['X'] } }, 'unsupportedFilter'],
    [{ filter: { nothing: 1 } }, 'invalidArguments'],
    [{ filter: { before: 'yesterday' } }, 'invalidArguments'],
    [{ filter: { hasKeyword: 'a b' } }, 'invalidArguments'],
    [{ sort: [{ property: 'from' }] }, 'unsupportedSort'],
    [{ sort: [{ property: 'hasKeyword' }] }, 'unsupportedSort'],
    [{ limit: -1 }, 'invalidArguments'],
    [{ nothing: 1 }, 'invalidArguments'],
  ] as const) {
    assert.equal((await nurse.ask('Email/query', args))['type'], type, JSON.stringify(args));
  }
});

test('words are found where they stand', async () => {
  const one = await nurse.receive({
    subject: 'Colonoscopy results',
    text: 'Polyp removed, all well.',
    from: 'gi@outside.test',
  });
  const two = await nurse.receive({
    subject: 'Question',
    text: 'When is my colonoscopy?',
    from: 'maria@outside.test',
  });
  await stand.settleMail();
  const find = async (asked: Filter) =>
    ((await nurse.ask('Email/query', { filter: asked }))['ids'] as string[]).toSorted();
  assert.deepEqual(await find({ text: 'colonoscopy' }), [one, two].toSorted());
  assert.deepEqual(await find({ subject: 'colonoscopy' }), [one]);
  assert.deepEqual(await find({ from: 'maria@outside.test' }), [two]);
  assert.deepEqual(await find({ to: nurse.email, text: 'polyp' }), [one]);
  assert.deepEqual(
    await find({
      operator: 'AND',
      conditions: [{ text: 'colonoscopy' }, { operator: 'NOT', conditions: [{ text: 'polyp' }] }],
    }),
    [two],
  );
  assert.deepEqual(await find({ text: 'colonoscopy', inMailbox: folders[1] }), []);
  assert.deepEqual(await find({ text: 'zebra' }), []);
});

test('attachments are found once a message is indexed', async () => {
  const attachments = [
    { filename: 'scan.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-') },
  ];
  const withFile = await nurse.receive({ subject: 'With a file', attachments });
  const [fresh] = (
    await nurse.ask('Email/get', { ids: [withFile], properties: ['hasAttachment', 'preview'] })
  )['list'] as { hasAttachment: boolean; preview: string }[];
  assert.deepEqual([fresh?.hasAttachment, fresh?.preview], [true, 'A body.']);
  await stand.settleMail();
  assert.deepEqual((await nurse.ask('Email/query', { filter: { hasAttachment: true } }))['ids'], [withFile]);
  const without = (await nurse.ask('Email/query', { filter: { hasAttachment: false }, limit: 1_000 }))[
    'ids'
  ] as string[];
  assert.ok(without.length > 30 && !without.includes(withFile));
});

test('mailboxes can be queried as a list and as a tree', async () => {
  const parentId = folders[1];
  await nurse.ask('Mailbox/set', { create: { c: { name: 'Below A', parentId } } });
  const names = async (args: object) => {
    const [, { list } = {}] = await nurse.call(
      ['Mailbox/query', { accountId: nurse.userId, ...args }, 'q'],
      [
        'Mailbox/get',
        { accountId: nurse.userId, '#ids': { resultOf: 'q', name: 'Mailbox/query', path: '/ids' } },
      ],
    );
    return (list as { name: string }[]).map(({ name }) => name).toSorted();
  };
  assert.deepEqual(await names({ filter: { role: 'inbox' } }), ['Inbox']);
  assert.deepEqual(await names({ filter: { hasAnyRole: false } }), ['A', 'B', 'Below A']);
  assert.deepEqual(await names({ filter: { parentId } }), ['Below A']);
  assert.deepEqual(await names({ filter: { name: 'a', hasAnyRole: false }, filterAsTree: true }), [
    'A',
    'Below A',
  ]);
  const { ids } = await nurse.ask('Mailbox/query', {
    sort: [{ property: 'name', isAscending: false }],
    sortAsTree: true,
  });
  const byId = new Map([...(await nurse.folders())].map(([name, id]) => [id, name]));
  assert.deepEqual(
    (ids as string[]).map((id) => byId.get(id)),
    ['trash', 'sent', 'junk', 'inbox', 'drafts', 'B', 'archive', 'A', 'Below A'],
  );
});
