import * as z from 'zod';
import type { MessageId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUuid } from '#platform/ids.ts';
import {
  defaultLimits,
  formatState,
  getAnswer,
  GetArguments,
  JmapMethodError,
  mailCapability,
  readArguments,
  selectForGet,
  UnsignedInt,
  type GetSelection,
} from '#protocols/jmap/index.ts';
import type { AccountRef } from './account.ts';
import { findBlindCopies } from './blind-copies.ts';
import { byMessageId } from './change-emails.ts';
import { describeEmails, type EmailRequest } from './describe-emails.ts';
import {
  checkBodyProperties,
  defaultBodyProperties,
  defaultEmailProperties,
  depthOfProperty,
  isEmailProperty,
} from './email-properties.ts';
import { selectEmails } from './email-store.ts';
import { readStates, requireAccount, type JmapContext, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { recordReads } from './record-reads.ts';

const Arguments = GetArguments.extend({
  bodyProperties: z.array(z.string()).nullish(),
  fetchTextBodyValues: z.boolean().default(false),
  fetchHTMLBodyValues: z.boolean().default(false),
  fetchAllBodyValues: z.boolean().default(false),
  maxBodyValueBytes: UnsignedInt.default(0),
});

/** Email/get. RFC 8621 §4.2, with properties of ours named `carepost:…`. */
export function getEmails(ports: MailboxPorts): MailMethod {
  return {
    name: 'Email/get',
    capability: mailCapability,
    async run({ args, createdIds, context }) {
      const given = readArguments(Arguments, args);
      const account = requireAccount(context, given.accountId);
      const selection = selectForGet(given, {
        limits: defaultLimits,
        createdIds,
        defaultProperties: defaultEmailProperties,
        isProperty: isEmailProperty,
      });
      // RFC 8620 §5.1 lets a server refuse "all" where there may be many.
      if (selection.ids === null)
        throw new JmapMethodError('requestTooLarge', 'Ask for emails by their ids.');
      const request: EmailRequest = {
        ...given,
        properties: selection.properties,
        bodyProperties: checkBodyProperties(given.bodyProperties ?? defaultBodyProperties),
      };
      const { state, list } = await read(ports, context, account, selection, request);
      return { args: getAnswer(account.userId, formatState(state), selection, list) };
    },
  };
}

async function read(
  ports: MailboxPorts,
  context: JmapContext,
  account: AccountRef,
  selection: GetSelection,
  request: EmailRequest,
) {
  const messageIds = (selection.ids ?? []).filter(isUuid) as MessageId[];
  const { state, ...found } = await ports.database.inTenant(account.organizationId, async (tx) => {
    const states = await readStates(tx, ports, account);
    const byId = byMessageId(await selectEmails(tx, account, messageIds));
    const emails = messageIds.flatMap((messageId) => byId.get(messageId) ?? []);
    const present = emails.map((email) => email.messageId);
    await recordDepth(tx, ports, context, present, selection.properties);
    const needsSummary = [...selection.properties].some((name) => depthOfProperty(name) !== 'plain');
    const summaries = needsSummary ? await ports.messages.summaries(tx, present) : [];
    const isBccAsked = selection.properties.has('bcc');
    const blindCopies = isBccAsked
      ? await findBlindCopies(tx, ports, account, summaries)
      : new Map<MessageId, string[]>();
    return { state: states.email, emails, summaries, blindCopies };
  });
  return { state, list: await describeEmails(ports, account, found, request) };
}

/** Recorded before anything is shown, in a transaction that must have been committed. */
async function recordDepth(
  tx: Tx,
  ports: MailboxPorts,
  context: JmapContext,
  messageIds: readonly MessageId[],
  properties: ReadonlySet<string>,
): Promise<void> {
  const depths = new Set([...properties].map(depthOfProperty));
  if (depths.has('body') || depths.has('rendered')) await recordReads(tx, ports, context, messageIds, 'read');
  else if (depths.has('summary') || depths.has('header'))
    await recordReads(tx, ports, context, messageIds, 'listed');
}
