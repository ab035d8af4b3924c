import { defaultLimits, readGetArguments, selectForGet, type GetSelection } from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { requireAccount, type MailMethod } from './jmap-context.ts';

/** What a /get without arguments of its own asks for: whose objects, which, with which of `properties`. RFC 8620 §5.1. */
export function readGet(
  { args, createdIds, context }: Parameters<MailMethod['run']>[0],
  properties: readonly string[],
): { account: AccountRef; selection: GetSelection } {
  const given = readGetArguments(args);
  const account = requireAccount(context, given.accountId);
  const selection = selectForGet(given, {
    limits: defaultLimits,
    createdIds,
    defaultProperties: properties,
    isProperty: (name) => properties.includes(name),
  });
  return { account, selection };
}
