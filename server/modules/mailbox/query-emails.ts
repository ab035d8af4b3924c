import * as z from 'zod';
import type { MessageId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUuid } from '#platform/ids.ts';
import {
  formatState,
  JmapMethodError,
  mailCapability,
  needsTotal,
  QueryArguments,
  queryAnswer,
  queryWindow,
  readArguments,
  readFilter,
  type Comparator,
  type Filter,
} from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import {
  readEmailCondition,
  toFolderId,
  wordFields,
  type EmailCondition,
  type RowCondition,
} from './email-filter.ts';
import {
  countResults,
  indexOfMessage,
  selectPage,
  type EmailQuery,
  type EmailSort,
} from './email-query-store.ts';
import { readStates, requireAccount, type MailMethod } from './jmap-context.ts';
import { parseKeyword, storedForm } from './keyword.ts';
import type { MailboxPorts } from './ports.ts';
import { searchWords } from './search-words.ts';

const Arguments = QueryArguments.extend({ collapseThreads: z.boolean().default(false) });

/** What the session says that emails can be sorted by. RFC 8621 §1.3.1. */
export const emailSortOptions = ['receivedAt', 'size', 'hasKeyword'] as const;

/** Email/query. RFC 8621 §4.4. */
export function queryEmails(ports: MailboxPorts): MailMethod {
  return {
    name: 'Email/query',
    capability: mailCapability,
    async run({ args, context }) {
      const request = readArguments(Arguments, args);
      const account = requireAccount(context, request.accountId);
      const filter = readFilter(request.filter, readEmailCondition);
      const sort = await readSort(ports, account, request.sort ?? []);
      return ports.database.inTenant(account.organizationId, async (tx) => {
        const states = await readStates(tx, ports, account);
        const query: EmailQuery = {
          account,
          filter: filter && (await lookUp(tx, ports, account, filter)),
          sort,
          collapseThreads: request.collapseThreads,
        };
        const total = request.calculateTotal || needsTotal(request) ? await countResults(tx, query) : null;
        const anchor = request.anchor ?? null;
        const indexOfAnchor =
          anchor === null || !isUuid(anchor) ? -1 : await indexOfMessage(tx, query, anchor as MessageId);
        const window = queryWindow(request, { total: total ?? 0, indexOfAnchor });
        const ids = await selectPage(tx, query, window.position, window.limit);
        return { args: queryAnswer(request, formatState(states.email), window, ids, total) };
      });
    },
  };
}

async function readSort(
  ports: MailboxPorts,
  account: AccountRef,
  given: readonly Comparator[],
): Promise<EmailSort[]> {
  const levels = given.length === 0 ? [{ property: 'receivedAt', isAscending: false }] : given;
  return Promise.all(
    levels.slice(0, 10).map(async ({ property, isAscending, ...more }) => {
      const known = emailSortOptions.find((option) => option === property);
      const text = 'keyword' in more && typeof more.keyword === 'string' ? more.keyword : '';
      const keyword = parseKeyword(text);
      if (known === undefined || (known === 'hasKeyword' && keyword === null))
        throw new JmapMethodError('unsupportedSort');
      return {
        property: known,
        isAscending,
        keyword: keyword === null ? '' : await storedForm(ports.keyring, account.organizationId, keyword),
      };
    }),
  );
}

async function lookUp(
  tx: Tx,
  ports: MailboxPorts,
  account: AccountRef,
  filter: Filter<EmailCondition>,
): Promise<Filter<RowCondition>> {
  if (filter.operator === 'is')
    return { operator: 'is', condition: await toRowCondition(tx, ports, account, filter.condition) };
  const conditions: Filter<RowCondition>[] = [];
  for (const inner of filter.conditions) conditions.push(await lookUp(tx, ports, account, inner));
  return { operator: filter.operator, conditions };
}

async function toRowCondition(
  tx: Tx,
  ports: MailboxPorts,
  account: AccountRef,
  condition: EmailCondition,
): Promise<RowCondition> {
  const { text, from, to, cc, subject, body, inMailbox, inMailboxOtherThan, ...facts } = condition;
  const words = { text, from, to, cc, subject, body };
  const found: MessageId[][] = [];
  for (const field of wordFields) {
    const value = words[field];
    if (value !== undefined) found.push(await searchWords(tx, ports, account, field, value));
  }
  const stored = (keyword: string | undefined) =>
    keyword === undefined ? undefined : storedForm(ports.keyring, account.organizationId, keyword);
  return {
    ...facts,
    hasKeyword: await stored(facts.hasKeyword),
    notKeyword: await stored(facts.notKeyword),
    allInThreadHaveKeyword: await stored(facts.allInThreadHaveKeyword),
    someInThreadHaveKeyword: await stored(facts.someInThreadHaveKeyword),
    noneInThreadHaveKeyword: await stored(facts.noneInThreadHaveKeyword),
    inMailbox: inMailbox === undefined ? undefined : toFolderId(inMailbox),
    inMailboxOtherThan: inMailboxOtherThan?.map(toFolderId),
    found,
  };
}
