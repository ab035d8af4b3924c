import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { NewDelivery } from '#modules/delivery/index.ts';
import type { Decision } from '#modules/policy/index.ts';
import type { RecipientChoice } from '#modules/protection/index.ts';
import { newId } from '#platform/ids.ts';
import type { Envelope } from './envelope.ts';

export interface PlannedDelivery {
  readonly delivery: NewDelivery;
  readonly choice: RecipientChoice;
}

/** From decision and choices to what happens to each recipient. Pure but for the new ids. */
export function planDeliveries(
  message: {
    organizationId: OrganizationId;
    messageId: MessageId;
    senderId: UserId;
    category: MessageCategory;
  },
  envelope: Envelope,
  decision: Decision,
  choices: readonly RecipientChoice[],
): PlannedDelivery[] {
  return envelope.recipients.flatMap(({ address, kind, dsn }, index) => {
    const choice = choices[index];
    if (choice === undefined) return [];
    return [
      {
        choice,
        delivery: {
          ...message,
          ...beginning(decision, choice),
          deliveryId: newId<DeliveryId>(),
          address,
          kind,
          dsn: dsn ?? null,
          ...(envelope.options.requireTlsAllTheWay === true ? { requireTls: true as const } : {}),
          returnPath: envelope.returnPath,
          sizeBytes: envelope.sizeBytes,
          protection: choice.verdict,
          offerDays: decision.expiresInDays,
        },
      },
    ];
  });
}

function beginning(
  decision: Pick<Decision, 'block' | 'hold'>,
  choice: Pick<RecipientChoice, 'problem' | 'verdict'>,
): Pick<NewDelivery, 'state' | 'reason'> {
  if (decision.block) return { state: 'blocked', reason: 'blocked-by-rule' };
  if (choice.problem === 'unknown-here') return { state: 'bounced', reason: 'mailbox-unknown-here' };
  if (choice.problem !== null) return { state: 'bounced', reason: 'no-mail-server' };
  if (decision.hold) return { state: 'held', reason: 'held-for-approval' };
  if (choice.verdict === 'internal') return { state: 'delivered', reason: 'placed-in-mailbox' };
  if (choice.verdict === 'portal') return { state: 'offered', reason: 'portal-chosen' };
  return { state: 'queued', reason: 'waiting-to-send' };
}
