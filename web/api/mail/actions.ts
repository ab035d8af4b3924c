import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Email, EmailSummary } from '../jmap/types.ts';
import { jmap } from './jmap.ts';
import { mailKeys, type ListFilter } from './keys.ts';
import { withoutEmails, withUpdatedEmails, type ListData } from './list-cache.ts';
import { requireSet } from './set-result.ts';

/** What a move did, so that it can be undone. */
export interface Moved {
  emailIds: string[];
  from: string;
  to: string;
}

/** Moves a whole thread from one mailbox to another; the row leaves the list at once. */
export function useMoveThread() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({
      threadId,
      from,
      to,
    }: {
      threadId: string;
      from: string;
      to: string;
    }): Promise<Moved> => {
      const emails = await emailsIn(threadId, from);
      const emailIds = emails.map((email) => email.id);
      await moveEmails({ emailIds, from, to });
      return { emailIds, from, to };
    },
    onMutate: ({ threadId, from }) =>
      patchLists(client, from, (data) => withoutEmails(data, rowsOfThread(data, threadId))),
    onError: (_error, _input, restore) => restore?.(),
    onSettled: () => refreshMail(client),
  });
}

/** Takes a move back. */
export function useUndoMove() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ emailIds, from, to }: Moved) => moveEmails({ emailIds, from: to, to: from }),
    onSettled: () => refreshMail(client),
  });
}

/** Marks messages read or unread. */
export function useMarkSeen() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ emailIds, seen }: { emailIds: string[]; seen: boolean }) => {
      const patch = { 'keywords/$seen': seen ? true : null };
      requireSet(
        await jmap.call('Email/set', { update: Object.fromEntries(emailIds.map((id) => [id, patch])) }),
      );
    },
    onMutate: ({ emailIds, seen }) => markInCache(client, new Set(emailIds), seen),
    onSettled: () => client.invalidateQueries({ queryKey: mailKeys.mailboxes }),
  });
}

/** Destroys messages for good; only drafts and what is already in the trash. */
export function useDestroyEmails() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (emailIds: string[]) => {
      requireSet(await jmap.call('Email/set', { destroy: emailIds }));
    },
    onSettled: () => refreshMail(client),
  });
}

async function emailsIn(threadId: string, mailboxId: string): Promise<EmailSummary[]> {
  const [answers, emails] = await jmap.batch((add) => {
    const thread = add('Thread/get', { ids: [threadId] });
    return add('Email/get', { '#ids': thread.ref('/list/*/emailIds'), properties: ['id', 'mailboxIds'] });
  });
  return answers.of(emails).list.filter((email) => email.mailboxIds[mailboxId] === true);
}

/** Moves messages from one mailbox to another. */
export async function moveEmails({ emailIds, from, to }: Moved): Promise<void> {
  const patch = { [`mailboxIds/${from}`]: null, [`mailboxIds/${to}`]: true };
  requireSet(await jmap.call('Email/set', { update: Object.fromEntries(emailIds.map((id) => [id, patch])) }));
}

function refreshMail(client: QueryClient): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: mailKeys.mailboxes }),
    client.invalidateQueries({ queryKey: mailKeys.lists }),
    client.invalidateQueries({ queryKey: mailKeys.threads }),
  ]);
}

function rowsOfThread(data: ListData, threadId: string): ReadonlySet<string> {
  const rows = data.pages.flatMap((page) => page.emails).filter((email) => email.threadId === threadId);
  return new Set(rows.map((email) => email.id));
}

/** Changes the lists of one mailbox and answers how to put them back. */
async function patchLists(
  client: QueryClient,
  mailboxId: string,
  change: (data: ListData) => ListData,
): Promise<() => void> {
  await client.cancelQueries({ queryKey: mailKeys.lists });
  const before = client
    .getQueriesData<ListData>({ queryKey: mailKeys.lists })
    .filter(([key]) => (key[2] as ListFilter).mailboxId === mailboxId);
  for (const [key, data] of before) if (data) client.setQueryData(key, change(data));
  return () => {
    for (const [key, data] of before) client.setQueryData(key, data);
  };
}

function markInCache(client: QueryClient, ids: ReadonlySet<string>, seen: boolean): void {
  const mark = <T extends EmailSummary>(email: T): T => {
    const { $seen: _, ...others } = email.keywords;
    return ids.has(email.id) ? { ...email, keywords: seen ? { ...others, $seen: true } : others } : email;
  };
  client.setQueriesData<ListData>({ queryKey: mailKeys.lists }, (data) => {
    if (!data) return data;
    const marked = data.pages
      .flatMap((page) => page.emails.map(mark))
      .map((email) => [email.id, email] as const);
    return withUpdatedEmails(data, new Map(marked));
  });
  client.setQueriesData<Email[]>({ queryKey: mailKeys.threads }, (emails) => emails?.map(mark));
}
