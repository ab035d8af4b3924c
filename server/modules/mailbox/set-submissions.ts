import * as z from 'zod';
import type { MessageId } from '#contract/ids.ts';
import { isUuid } from '#platform/ids.ts';
import {
  defaultLimits,
  invalidProperties,
  readArguments,
  requireState,
  SetArguments,
  SetResult,
  submissionCapability,
  toSetRequest,
  type CreatedIds,
  type Json,
  type JsonObject,
  type MethodAnswer,
  type SetError,
} from '#protocols/jmap/index.ts';
import { formatUtcDate } from './describe-emails.ts';
import { fileSent } from './finish-handover.ts';
import {
  readStates,
  requireAccount,
  requireRight,
  type JmapContext,
  type MailMethod,
} from './jmap-context.ts';
import { changeAccount } from './journal.ts';
import type { MailboxPorts } from './ports.ts';
import { destroySubmission, selectSubmissions } from './submission-store.ts';
import { submitDraft } from './submit-draft.ts';

const Arguments = SetArguments.extend({
  onSuccessUpdateEmail: z.record(z.string(), z.record(z.string(), z.custom<Json>())).nullish(),
  onSuccessDestroyEmail: z.array(z.string()).nullish(),
});

/**
 * EmailSubmission/set. RFC 8621 §7.5. What was sent replaces its draft whether or not the client asks for
 * it; an Email/set that it asks for is answered as done to the draft.
 */
export function setSubmissions(ports: MailboxPorts): MailMethod {
  return {
    name: 'EmailSubmission/set',
    capability: submissionCapability,
    async run({ args, createdIds, context }) {
      const { onSuccessUpdateEmail, onSuccessDestroyEmail, ...given } = readArguments(Arguments, args);
      const account = requireAccount(context, given.accountId);
      await requireRight(context, 'message.file'); // what is sent takes its draft's place
      const request = toSetRequest(given, defaultLimits);
      const before = await ports.database.inTenant(account.organizationId, (tx) =>
        readStates(tx, ports, account),
      );
      requireState(request, before.submission);
      const result = new SetResult();
      const follow = new FollowUp(onSuccessUpdateEmail ?? {}, onSuccessDestroyEmail ?? []);
      for (const [creationId, object] of request.create) {
        const error = await create(ports, context, createdIds, creationId, object, result, follow);
        if (error !== null) result.notCreated[creationId] = error;
      }
      for (const [reference, patch] of request.update) {
        const error = await update(ports, context, createdIds, reference, patch);
        if (error === null) result.updated[reference] = null;
        else result.notUpdated[reference] = error;
      }
      await destroy(ports, context, createdIds, request.destroy, result);
      const after = await ports.database.inTenant(account.organizationId, (tx) =>
        readStates(tx, ports, account),
      );
      const answer: MethodAnswer = {
        args: result.toAnswer(account.userId, before.submission, after.submission),
      };
      const implicit = follow.toAnswer(account.userId, before.email, after.email);
      return implicit === null ? answer : { ...answer, also: [['Email/set', implicit]] };
    },
  };
}

/** What the client wants done to emails once they are sent, and what it is told of that. */
class FollowUp {
  readonly #patches: Readonly<Record<string, JsonObject>>;
  readonly #destroy: readonly string[];
  readonly #result = new SetResult();

  constructor(patches: Readonly<Record<string, JsonObject>>, destroy: readonly string[]) {
    this.#patches = patches;
    this.#destroy = destroy;
  }

  patchOf(creationId: string): JsonObject | undefined {
    return this.#patches[`#${creationId}`];
  }

  sent(creationId: string, draftId: string): void {
    if (this.patchOf(creationId) !== undefined) this.#result.updated[draftId] = null;
    if (this.#destroy.includes(`#${creationId}`)) this.#result.destroyed.push(draftId);
  }

  /** Null when the client asked for nothing: then there is no further response. */
  toAnswer(accountId: string, before: number, after: number): JsonObject | null {
    if (Object.keys(this.#patches).length === 0 && this.#destroy.length === 0) return null;
    return this.#result.toAnswer(accountId, before, after);
  }
}

async function create(
  ports: MailboxPorts,
  context: JmapContext,
  createdIds: CreatedIds,
  creationId: string,
  object: JsonObject,
  result: SetResult,
  follow: FollowUp,
): Promise<SetError | null> {
  const submitted = await submitDraft(ports, context, createdIds, object, follow.patchOf(creationId) ?? null);
  if (!submitted.ok) return submitted.error;
  const { account, doer } = context;
  const { messageId, draftId, acceptedAt } = submitted;
  const [submission] = await ports.database.inTenant(account.organizationId, async (tx) => {
    await fileSent(tx, ports, { account, messageId, sentAt: acceptedAt, doer });
    return selectSubmissions(tx, account, [messageId], 1);
  });
  createdIds.add(creationId, messageId);
  result.created[creationId] = {
    id: messageId,
    emailId: messageId,
    threadId: submission?.threadId ?? null,
    sendAt: formatUtcDate(acceptedAt),
    undoStatus: 'final',
  };
  follow.sent(creationId, draftId);
  return null;
}

/** Only undoStatus can change, from pending to canceled; what `sending` has accepted is never pending. */
async function update(
  ports: MailboxPorts,
  { account }: JmapContext,
  createdIds: CreatedIds,
  reference: string,
  patch: JsonObject,
): Promise<SetError | null> {
  const id = createdIds.resolve(reference) ?? '';
  const messageIds = isUuid(id) ? [id as MessageId] : [];
  const [found] = await ports.database.inTenant(account.organizationId, (tx) =>
    selectSubmissions(tx, account, messageIds, 1),
  );
  if (found === undefined) return { type: 'notFound' };
  const others = Object.keys(patch).filter((name) => name !== 'undoStatus');
  if (others.length > 0) return invalidProperties(others);
  if (patch['undoStatus'] === 'canceled') return { type: 'cannotUnsend' };
  return patch['undoStatus'] === undefined || patch['undoStatus'] === 'final'
    ? null
    : invalidProperties(['undoStatus']);
}

async function destroy(
  ports: MailboxPorts,
  { account }: JmapContext,
  createdIds: CreatedIds,
  references: readonly string[],
  result: SetResult,
): Promise<void> {
  if (references.length === 0) return;
  await ports.database.inTenant(account.organizationId, (tx) =>
    changeAccount(tx, ports, account, async (journal) => {
      for (const reference of references) {
        const id = createdIds.resolve(reference) ?? reference;
        if (isUuid(id) && (await destroySubmission(tx, journal, id as MessageId))) result.destroyed.push(id);
        else result.notDestroyed[reference] = { type: 'notFound' };
      }
    }),
  );
}
