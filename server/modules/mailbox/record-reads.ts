import type { MessageId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { messagesListed, messagesRead } from './audit-trail.ts';
import type { JmapContext } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { insertReadMarks, type ReadDepth } from './read-mark-store.ts';

const hourMs = 3_600_000;

/**
 * Tells the audit log that the caller saw messages. A client asks for the same message many times; the log
 * gets one event for each reader, message, depth and hour (45 CFR 164.312(b): what is recorded must be
 * possible to examine). What lists show is one event for all that were new in the call.
 */
export async function recordReads(
  tx: Tx,
  { audit, clock }: Pick<MailboxPorts, 'audit' | 'clock'>,
  { account, doer, reader }: Pick<JmapContext, 'account' | 'doer' | 'reader'>,
  messageIds: readonly MessageId[],
  depth: ReadDepth,
): Promise<void> {
  const hour = new Date(Math.floor(clock.now().getTime() / hourMs) * hourMs);
  const mark = { organizationId: account.organizationId, reader, depth, hour };
  const fresh = await insertReadMarks(tx, mark, messageIds);
  if (fresh.length === 0) return;
  if (depth === 'listed') await messagesListed(audit, tx, doer, fresh);
  else await messagesRead(audit, tx, doer, fresh, depth);
}
