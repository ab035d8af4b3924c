import type { OrganizationId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { RecipientKind } from '#contract/delivery.ts';
import type { RecipientChoice } from '#modules/protection/index.ts';
import { checkSubmission } from './check-submission.ts';
import type { Recipient, Refused, Sender, SendOptions } from './command.ts';
import type { SendingPorts } from './ports.ts';

export interface PreviewRequest {
  readonly organizationId: OrganizationId;
  readonly sender: Sender;
  readonly recipients: readonly Recipient[];
  readonly category: MessageCategory;
  readonly options: SendOptions;
}

export interface RecipientPreview extends RecipientChoice {
  readonly kind: RecipientKind;
  /** Together with what rules make of the message as a whole. */
  readonly outcome: 'send' | 'hold' | 'block';
}

/** What would happen for each recipient now. Sends and stores nothing. */
export async function preview(
  ports: SendingPorts,
  request: PreviewRequest,
): Promise<{ ok: true; recipients: RecipientPreview[] } | Refused> {
  const checked = await checkSubmission(ports, request);
  if (!checked.ok) return checked;
  const { organizationId, category, options } = request;
  const decision = await ports.database.inTenant(organizationId, (tx) =>
    ports.policy.decide(tx, { organizationId, category, options }),
  );
  const choices = await ports.protection.choose({
    organizationId,
    recipients: checked.recipients.map(({ address }) => address),
    decision,
  });
  const outcome = decision.block ? 'block' : decision.hold ? 'hold' : 'send';
  return {
    ok: true,
    recipients: checked.recipients.flatMap(({ kind }, index) => {
      const choice = choices[index];
      return choice === undefined ? [] : [{ ...choice, kind, outcome }];
    }),
  };
}
