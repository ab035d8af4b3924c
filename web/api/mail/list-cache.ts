import type { InfiniteData } from '@tanstack/react-query';
import type { EmailSummary } from '../jmap/types.ts';

/** A row of a list: the newest message of its thread in this mailbox. */
export interface ListedEmail extends EmailSummary {
  threadSize: number;
}

export interface ListPage {
  emails: ListedEmail[];
  position: number;
  total: number;
}

export type ListData = InfiniteData<ListPage, number>;

/** The same list without these messages. The total goes down with them, positions of later pages too. */
export function withoutEmails(data: ListData, ids: ReadonlySet<string>): ListData {
  const gone = data.pages.flatMap((page) => page.emails).filter((email) => ids.has(email.id)).length;
  if (gone === 0) return data;
  let before = 0;
  const pages = data.pages.map((page) => {
    const emails = page.emails.filter((email) => !ids.has(email.id));
    const moved = { emails, position: page.position - before, total: page.total - gone };
    before += page.emails.length - emails.length;
    return moved;
  });
  return { ...data, pages };
}

/** The same list with newer versions of messages it already shows. */
export function withUpdatedEmails(
  data: ListData,
  updated: ReadonlyMap<string, Partial<EmailSummary>>,
): ListData {
  if (!data.pages.some((page) => page.emails.some((email) => updated.has(email.id)))) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    emails: page.emails.map((email) => ({ ...email, ...updated.get(email.id) })),
  }));
  return { ...data, pages };
}

/** Where the next page begins; undefined at the end. */
export function nextPosition(last: ListPage): number | undefined {
  const next = last.position + last.emails.length;
  return last.emails.length === 0 || next >= last.total ? undefined : next;
}

/** One list of rows, each message once even when pages overlap because mail arrived in between. */
export function rowsOf(data: Pick<ListData, 'pages'> | undefined): ListedEmail[] {
  const seen = new Set<string>();
  return (data?.pages ?? [])
    .flatMap((page) => page.emails)
    .filter((email) => !seen.has(email.id) && seen.add(email.id));
}
