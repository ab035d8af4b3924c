import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { Mailbox } from '#modules/identity/index.ts';
import type { Decision } from '#modules/policy/index.ts';
import { createGroupCommit } from '#platform/lifecycle/group-commit.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { endIfUnreadable } from './end-unreadable.ts';
import { endsOf, forwardRecipients } from './forward-recipients.ts';
import { openEnvelope, type Envelope } from './envelope.ts';
import { prepareCopies } from './place-elsewhere.ts';
import { planDeliveries } from './plan-deliveries.ts';
import type { SendingPorts } from './ports.ts';
import { claimSubmissions, postponeSubmission, type ClaimedSubmission } from './submission-store.ts';
import { writeDispatch, type PreparedDispatch } from './write-dispatch.ts';

const batchSize = 64;
/** Longer than probing can take; a process that dies is replaced after it. */
const leaseSeconds = 30;
const longestPostponeMs = 300_000;

/**
 * Gives each recipient of an accepted message a way. Deciding and probing hold no transaction; what
 * comes of them is written in one, whose guard lets it happen once, whatever is repeated. Messages that
 * are ready at the same time are written together; none waits for another's slow servers.
 */
export function createDispatchLoop(ports: SendingPorts): Loop {
  const { database, clock, log } = ports;
  const write = createGroupCommit((ready: readonly PreparedDispatch[]) => writeDispatch(ports, ready));

  async function runOnce(): Promise<number> {
    const now = clock.now();
    const latest = new Date(now.getTime() + longestPostponeMs);
    const claimed = await database.acrossTenants((tx) =>
      claimSubmissions(tx, { limit: batchSize, leaseSeconds, now, latest }),
    );
    const byOrganization = [...Map.groupBy(claimed, (submission) => submission.organization_id)];
    const done = await Promise.all(
      byOrganization.map(([organizationId, submissions]) => dispatchAll(organizationId, submissions)),
    );
    const total = done.reduce((sum, each) => sum + each, 0);
    if (total > 0) ports.delivery.nudge();
    return total;
  }

  async function dispatchAll(
    organizationId: OrganizationId,
    submissions: readonly ClaimedSubmission[],
  ): Promise<number> {
    const decided = await decideAll(ports, organizationId, submissions).catch((error: unknown) => ({
      error,
    }));
    const outcomes = await Promise.all(
      submissions.map(async (submission) => {
        try {
          const found = 'error' in decided ? decided : decided.get(submission.message_id);
          if (found === undefined) throw new Error('A submission was not decided');
          if ('error' in found) throw found.error;
          const prepared = await prepare(ports, submission, found);
          const failure = (await write([prepared])).get(prepared);
          if (failure !== undefined) throw failure.error;
          return 1;
        } catch (error) {
          log.warn('sending.dispatch-failed', {
            messageId: submission.message_id,
            attempt: submission.tries,
            error,
          });
          if (await endIfUnreadable(ports, submission, error).catch(() => false)) return 1;
          await postpone(submission);
          return 0;
        }
      }),
    );
    return outcomes.filter((outcome) => outcome === 1).length;
  }

  // When this fails too, the lease runs out instead.
  async function postpone({
    organization_id: organizationId,
    message_id: messageId,
    tries,
  }: ClaimedSubmission): Promise<void> {
    const delayMs = Math.min(longestPostponeMs, 1000 * 2 ** Math.min(tries - 1, 20));
    const nextTryAt = new Date(clock.now().getTime() + delayMs);
    await database
      .inTenant(organizationId, (tx) => postponeSubmission(tx, organizationId, messageId, nextTryAt))
      .catch(() => undefined);
  }

  return createLoop({ name: 'sending.dispatch', everyMs: 500, runOnce, log });
}

interface Decided {
  readonly envelope: Envelope;
  readonly decision: Decision;
}

/** In one transaction. An envelope that does not open fails alone: it must not hold up the others. */
async function decideAll(
  ports: SendingPorts,
  organizationId: OrganizationId,
  submissions: readonly ClaimedSubmission[],
): Promise<ReadonlyMap<MessageId, Decided | { readonly error: unknown }>> {
  const opened = await Promise.all(
    submissions.map((submission) =>
      openEnvelope(ports.keyring, organizationId, submission.envelope_sealed).then(
        (envelope) => ({ submission, envelope }),
        (error: unknown) => ({ submission, error }),
      ),
    ),
  );
  return ports.database.inTenant(organizationId, async (tx) => {
    const decided = new Map<MessageId, Decided | { error: unknown }>();
    for (const { submission, ...outcome } of opened) {
      const { message_id: messageId, category } = submission;
      if ('error' in outcome) decided.set(messageId, outcome);
      else {
        const { options } = outcome.envelope;
        const decision = await ports.policy.decide(tx, { organizationId, category, options });
        decided.set(messageId, { ...outcome, decision });
      }
    }
    return decided;
  });
}

async function prepare(
  ports: SendingPorts,
  submission: ClaimedSubmission,
  { envelope: given, decision }: Decided,
): Promise<PreparedDispatch> {
  const {
    organization_id: organizationId,
    message_id: messageId,
    sender_id: senderId,
    category,
  } = submission;
  const forwarded = await forwardRecipients(ports, organizationId, given.recipients);
  const envelope = { ...given, recipients: endsOf(forwarded) };
  const choices = await ports.protection.choose({
    organizationId,
    recipients: envelope.recipients.map(({ address }) => address),
    decision,
    ...(envelope.options.requireTlsAllTheWay === true ? { provenServers: true } : {}),
  });
  const planned = planDeliveries(
    { organizationId, messageId, senderId, category },
    envelope,
    decision,
    choices,
  );
  const inside = planned
    .filter(({ delivery }) => delivery.state === 'delivered')
    .map(({ delivery }) => delivery.address);
  const mailboxes: ReadonlyMap<string, Mailbox> =
    inside.length === 0 ? new Map() : await ports.identity.findUsersByAddress(inside);
  return {
    organizationId,
    messageId,
    decision,
    planned,
    mailboxes: [...mailboxes.values()],
    copies: await prepareCopies(ports, submission, envelope.returnPath, mailboxes),
  };
}
