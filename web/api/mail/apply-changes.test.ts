import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { EmailSummary } from '../jmap/types.ts';
import { applyEmailChanges } from './apply-changes.ts';
import { mailKeys, type ListFilter } from './keys.ts';
import { nextPosition, rowsOf, withoutEmails, type ListData, type ListedEmail } from './list-cache.ts';

const inbox: ListFilter = { mailboxId: 'inbox', text: '', unreadOnly: false };

function email(id: string, more: Partial<EmailSummary> = {}): ListedEmail {
  return {
    id,
    threadId: `t-${id}`,
    mailboxIds: { inbox: true },
    keywords: {},
    receivedAt: '2026-06-10T12:00:00Z',
    from: null,
    to: null,
    subject: null,
    preview: '',
    hasAttachment: false,
    threadSize: 1,
    ...more,
  };
}

function listOf(...pages: ListedEmail[][]): ListData {
  const total = pages.flat().length;
  return {
    pages: pages.map((emails, index) => ({ emails, position: pages.slice(0, index).flat().length, total })),
    pageParams: pages.map((_, index) => index),
  };
}

function cacheWith(data: ListData): QueryClient {
  const client = new QueryClient();
  client.setQueryData(mailKeys.list(inbox), data);
  return client;
}

const rows = (client: QueryClient) => rowsOf(client.getQueryData<ListData>(mailKeys.list(inbox)));
const isStale = (client: QueryClient) => client.getQueryState(mailKeys.list(inbox))?.isInvalidated;
const none = { created: new Set<string>(), destroyed: new Set<string>() };

describe('applyEmailChanges', () => {
  it('patches what is shown without reading it again', () => {
    const client = cacheWith(listOf([email('a'), email('b')]));
    applyEmailChanges(client, { ...none, present: [email('b', { keywords: { $seen: true } })] });
    expect(rows(client)[1]?.keywords).toEqual({ $seen: true });
    expect(isStale(client)).toBe(false);
  });

  it('drops what was destroyed or moved elsewhere', () => {
    const client = cacheWith(listOf([email('a'), email('b'), email('c')]));
    applyEmailChanges(client, {
      created: new Set(),
      destroyed: new Set(['a']),
      present: [email('b', { mailboxIds: { archive: true } })],
    });
    expect(rows(client).map(({ id }) => id)).toEqual(['c']);
  });

  it('reads a list again that gained a message', () => {
    const client = cacheWith(listOf([email('a')]));
    applyEmailChanges(client, { ...none, created: new Set(['new']), present: [email('new')] });
    expect(isStale(client)).toBe(true);
  });
});

describe('list pages', () => {
  it('keep their positions right when rows go', () => {
    const left = withoutEmails(listOf([email('a'), email('b')], [email('c')]), new Set(['a']));
    expect(left.pages.map(({ position, total }) => [position, total])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(nextPosition(left.pages[1] ?? left.pages[0]!)).toBeUndefined();
  });

  it('show each message once when mail came in between two pages', () => {
    expect(rowsOf(listOf([email('a'), email('b')], [email('b'), email('c')])).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
