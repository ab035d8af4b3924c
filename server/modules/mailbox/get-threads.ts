import type { ThreadId } from '#contract/ids.ts';
import { isUuid } from '#platform/ids.ts';
import {
  formatState,
  getAnswer,
  JmapMethodError,
  mailCapability,
  pickProperties,
} from '#protocols/jmap/index.ts';
import { readStates, type MailMethod } from './jmap-context.ts';
import type { MailboxPorts } from './ports.ts';
import { readGet } from './read-get.ts';
import { selectThreads } from './thread-store.ts';

const properties = ['id', 'emailIds'];

/** Thread/get. RFC 8621 §3.1. */
export function getThreads(ports: MailboxPorts): MailMethod {
  return {
    name: 'Thread/get',
    capability: mailCapability,
    async run(call) {
      const { account, selection } = readGet(call, properties);
      if (selection.ids === null)
        throw new JmapMethodError('requestTooLarge', 'Ask for threads by their ids.');
      const threadIds = selection.ids.filter(isUuid) as ThreadId[];
      return ports.database.inTenant(account.organizationId, async (tx) => {
        const states = await readStates(tx, ports, account);
        const threads = await selectThreads(tx, account, threadIds);
        const list = threadIds.flatMap((id) => {
          const emailIds = threads.get(id);
          return emailIds === undefined ? [] : [pickProperties({ id, emailIds }, selection.properties)];
        });
        return { args: getAnswer(account.userId, formatState(states.thread), selection, list) };
      });
    },
  };
}
