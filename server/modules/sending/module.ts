import type { DeliveryState, RecipientKind } from '#contract/delivery.ts';
import type { MessageId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { RecipientJourney } from '#contract/sending.ts';
import { reasonWords } from '#modules/delivery/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import type { Loop } from '#platform/lifecycle/loop.ts';
import { acceptBatch } from './accept-batch.ts';
import type { Accepted, Refused, SendCommand } from './command.ts';
import { createDispatchLoop } from './dispatch-submissions.ts';
import type { SendingPorts } from './ports.ts';
import { preview, type PreviewRequest, type RecipientPreview } from './preview.ts';
import { refusalOf, sendingRoutes } from './routes.ts';
import { timelineOf } from './timeline.ts';

/** One recipient of a message, in short. */
export interface RecipientStatus {
  readonly recipientId: RecipientId;
  readonly address: string;
  readonly kind: RecipientKind;
  readonly state: DeliveryState;
  readonly reason: string;
}

export interface SendingModule {
  /** Resolves after the commit. Throws SendingError when refused: nothing was stored then. */
  sendMessage(command: SendCommand): Promise<{ messageId: MessageId; acceptedAt: Date }>;
  /** Group commit of many; a refusal is an answer, not a throw. In the order given. */
  acceptBatch(commands: readonly SendCommand[]): Promise<Accepted[]>;
  preview(request: PreviewRequest): Promise<{ ok: true; recipients: RecipientPreview[] } | Refused>;
  /** The journeys of a message's recipients; empty until it is dispatched. `tx` must be the tenant's. */
  timeline(tx: Tx, organizationId: OrganizationId, messageId: MessageId): Promise<RecipientJourney[]>;
  /** The same in short; empty until it is dispatched. */
  recipientsOf(tx: Tx, organizationId: OrganizationId, messageId: MessageId): Promise<RecipientStatus[]>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

export function createSendingModule(ports: SendingPorts): SendingModule {
  const dispatch = createDispatchLoop(ports);

  async function accept(commands: readonly SendCommand[]): Promise<Accepted[]> {
    const accepted = await acceptBatch(ports, commands);
    dispatch.nudge();
    return accepted;
  }

  async function sendMessage(command: SendCommand): Promise<{ messageId: MessageId; acceptedAt: Date }> {
    const [accepted] = await accept([command]);
    if (accepted === undefined) throw new Error('A command was not answered');
    if (!accepted.ok) throw refusalOf(accepted);
    return accepted;
  }

  return {
    sendMessage,
    acceptBatch: accept,
    preview: (request) => preview(ports, request),
    timeline: (tx, organizationId, messageId) => timelineOf(tx, ports, organizationId, messageId),
    async recipientsOf(tx, organizationId, messageId) {
      const deliveries = await ports.delivery.forMessage(tx, organizationId, messageId);
      // To the outside, a delivery is known as the recipient whose journey it is.
      return deliveries.map(({ deliveryId, address, kind, state, reason }) => ({
        recipientId: deliveryId as string as RecipientId,
        address,
        kind,
        state,
        reason: reasonWords[reason],
      }));
    },
    routes: sendingRoutes(ports, sendMessage),
    loops: [dispatch],
  };
}
