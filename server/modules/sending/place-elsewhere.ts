import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Mailbox } from '#modules/identity/index.ts';
import type { IntakeReceipt } from '#modules/messages/index.ts';
import type { Statement, Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { deliveredLocally } from './events.ts';
import type { SendingPorts } from './ports.ts';
import type { ClaimedSubmission } from './submission-store.ts';

/** A message for users of another organisation of this server, encrypted anew under that organisation's key. */
export interface ForeignCopy {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly intake: IntakeReceipt;
  readonly category: ClaimedSubmission['category'];
  readonly userIds: readonly UserId[];
  /** What notes it for the archive of that organisation. */
  readonly journaling: readonly Statement[];
}

/** No organisation ever reads another's keys: what goes over is a copy of its own. */
export async function prepareCopies(
  { messages, delivery }: SendingPorts,
  submission: ClaimedSubmission,
  sender: string,
  mailboxes: ReadonlyMap<string, Mailbox>,
): Promise<ForeignCopy[]> {
  const foreign = Map.groupBy(
    [...mailboxes].filter(([, { organizationId }]) => organizationId !== submission.organization_id),
    ([, { organizationId }]) => organizationId,
  );
  if (foreign.size === 0) return [];
  const raw = await messages.readRaw(submission.organization_id, submission.message_id);
  return Promise.all(
    [...foreign].map(async ([organizationId, group]) => {
      const messageId = newId<MessageId>();
      const intake = await messages.fromRaw(organizationId, raw);
      const entry = {
        messageId,
        direction: 'incoming' as const,
        sender,
        recipients: group.map(([address]) => ({ address, kind: 'recipient' as const })),
        field: intake.headers.messageId,
      };
      return {
        organizationId,
        messageId,
        intake,
        category: submission.category,
        userIds: [...new Set(group.map(([, { userId }]) => userId))],
        journaling: await delivery.journaling(organizationId, [entry]),
      };
    }),
  );
}

/** `tx` must see all the organisations concerned. */
export async function storeCopies(
  tx: Tx,
  { messages, outbox }: SendingPorts,
  copies: readonly ForeignCopy[],
): Promise<void> {
  for (const { organizationId, messageId, intake, category, userIds, journaling } of copies) {
    await messages.store(tx, [{ organizationId, messageId, intake, direction: 'inbound', category }]);
    await outbox.publishMany(
      tx,
      deliveredLocally,
      userIds.map((recipientUserId) => ({ organizationId, data: { messageId, recipientUserId } })),
    );
    for (const statement of journaling) await statement.execute(tx);
  }
}
