import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { createGroupCommit } from '#platform/lifecycle/group-commit.ts';
import { messageNotFound } from './errors.ts';
import { findMessages, type SealedMessage } from './message-store.ts';
import { gather, openMessage, type ReadPorts } from './read-raw.ts';

interface Asked {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
}

/**
 * Messages byte for byte, for callers who ask for many side by side: what is asked for while a look-up is under way
 * goes together in the next. Throws as `readRaw`.
 */
export function createTogetherReader(ports: ReadPorts): (asked: Asked) => Promise<Buffer> {
  const find = createGroupCommit(async (asked: readonly Asked[]): Promise<Map<string, SealedMessage>> => {
    const found = new Map<string, SealedMessage>();
    await Promise.all(
      [...Map.groupBy(asked, ({ organizationId }) => organizationId)].map(async ([organizationId, some]) => {
        const ids = some.map(({ messageId }) => messageId);
        const rows = await ports.database.inTenant(organizationId, (tx) => findMessages(tx, ids));
        for (const row of rows) found.set(nameOf(organizationId, row.message_id), row);
      }),
    );
    return found;
  });
  return async ({ organizationId, messageId }) => {
    const sealed = (await find([{ organizationId, messageId }])).get(nameOf(organizationId, messageId));
    if (sealed === undefined) throw messageNotFound();
    return gather((await openMessage(ports, sealed)).content());
  };
}

const nameOf = (organizationId: OrganizationId, messageId: MessageId): string =>
  `${organizationId}/${messageId}`;
