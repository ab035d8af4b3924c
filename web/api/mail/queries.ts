import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Email, EmailFilter } from '../jmap/types.ts';
import { jmap } from './jmap.ts';
import { mailKeys, type ListFilter } from './keys.ts';
import { nextPosition, type ListPage } from './list-cache.ts';

const PAGE = 50;

/** What a row needs; everything else waits until it is opened. */
export const summaryProperties = [
  'id',
  'threadId',
  'mailboxIds',
  'keywords',
  'receivedAt',
  'from',
  'to',
  'subject',
  'preview',
  'hasAttachment',
  'carepost:arrival',
  'carepost:category',
];

const fullProperties = [
  ...summaryProperties,
  'cc',
  'bcc',
  'replyTo',
  'sentAt',
  'messageId',
  'inReplyTo',
  'references',
  'size',
  'attachments',
  'textBody',
  'htmlBody',
  'bodyValues',
  'carepost:safeHtml',
];

const fullArguments = {
  properties: fullProperties,
  bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'disposition', 'cid'],
  fetchTextBodyValues: true,
  maxBodyValueBytes: 1_000_000,
};

export function useMailboxes() {
  return useQuery({
    queryKey: mailKeys.mailboxes,
    queryFn: async () =>
      (await jmap.call('Mailbox/get', { ids: null })).list.toSorted((a, b) => a.sortOrder - b.sortOrder),
  });
}

/** The addresses that this person may send from, the first is the default. */
export function useIdentities() {
  return useQuery({
    queryKey: mailKeys.identities,
    queryFn: async () => (await jmap.call('Identity/get', { ids: null })).list,
    staleTime: Infinity,
  });
}

/** The messages of a mailbox, newest first, one row a thread, fifty at a time. */
export function useEmailList(filter: ListFilter) {
  return useInfiniteQuery({
    queryKey: mailKeys.list(filter),
    queryFn: ({ pageParam }) => readPage(toEmailFilter(filter), pageParam),
    initialPageParam: 0,
    getNextPageParam: nextPosition,
  });
}

/** All messages of a thread, oldest first. */
export function useThread(threadId: string) {
  return useQuery({ queryKey: mailKeys.thread(threadId), queryFn: () => readThread(threadId) });
}

/** One message whole, for a draft or an answer. */
export async function readEmail(emailId: string): Promise<Email | null> {
  const { list } = await jmap.call('Email/get', { ids: [emailId], ...fullArguments });
  return list[0] ?? null;
}

async function readThread(threadId: string): Promise<Email[]> {
  const [answers, emails] = await jmap.batch((add) => {
    const thread = add('Thread/get', { ids: [threadId] });
    return add('Email/get', { '#ids': thread.ref('/list/*/emailIds'), ...fullArguments });
  });
  return answers.of(emails).list.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt));
}

async function readPage(filter: EmailFilter, position: number): Promise<ListPage> {
  const [answers, { query, emails, threads }] = await jmap.batch((add) => {
    const query = add('Email/query', {
      filter,
      sort: [{ property: 'receivedAt', isAscending: false }],
      collapseThreads: true,
      position,
      limit: PAGE,
      calculateTotal: true,
    });
    const emails = add('Email/get', { '#ids': query.ref('/ids'), properties: summaryProperties });
    const threads = add('Thread/get', { '#ids': emails.ref('/list/*/threadId') });
    return { query, emails, threads };
  });
  const found = answers.of(query);
  const sizes = new Map(answers.of(threads).list.map((thread) => [thread.id, thread.emailIds.length]));
  const byId = new Map(answers.of(emails).list.map((email) => [email.id, email]));
  return {
    position: found.position,
    total: found.total ?? found.position + found.ids.length,
    emails: found.ids.flatMap((id) => {
      const email = byId.get(id);
      return email ? [{ ...email, threadSize: sizes.get(email.threadId) ?? 1 }] : [];
    }),
  };
}

function toEmailFilter({ mailboxId, text, unreadOnly }: ListFilter): EmailFilter {
  return {
    inMailbox: mailboxId,
    ...(text === '' ? {} : { text }),
    ...(unreadOnly ? { notKeyword: '$seen' } : {}),
  };
}
