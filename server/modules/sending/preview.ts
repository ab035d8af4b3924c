import type { OrganizationId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { RecipientKind } from '#contract/delivery.ts';
import type { RecipientChoice } from '#modules/protection/index.ts';
import { isAtLeast } from '#contract/protection.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import { endsOf, forwardRecipients } from './forward-recipients.ts';
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
  const forwarded = await forwardRecipients(ports, organizationId, checked.recipients);
  const ends = endsOf(forwarded).map(({ address }) => address);
  const choices = await ports.protection.choose({ organizationId, recipients: ends, decision });
  const choiceOf = new Map(choices.map((choice) => [normalizeAddress(choice.address), choice]));
  const outcome = decision.block ? 'block' : decision.hold ? 'hold' : 'send';
  return {
    ok: true,
    recipients: forwarded.flatMap(({ recipient: { address, kind }, ends: each }) => {
      const choice = each
        .flatMap((end) => choiceOf.get(normalizeAddress(end.address)) ?? [])
        .reduce<RecipientChoice | undefined>(weaker, undefined);
      return choice === undefined ? [] : [{ ...choice, address, kind, outcome }];
    }),
  };
}

/** Of an address that forwards to several, what happens to the one that gets it worst. */
function weaker(one: RecipientChoice | undefined, other: RecipientChoice): RecipientChoice {
  if (one === undefined || (one.problem === null && other.problem !== null)) return other;
  return one.problem === null && !isAtLeast(other.verdict, one.verdict) ? other : one;
}
