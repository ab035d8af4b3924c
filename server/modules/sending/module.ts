import type { MessageId, OrganizationId } from '#contract/ids.ts';
import type { RecipientJourney } from '#contract/sending.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import type { Loop } from '#platform/lifecycle/loop.ts';
import { acceptBatch } from './accept-batch.ts';
import { checkSubmission, type Checked, type Submission } from './check-submission.ts';
import type { Accepted, Refused, SendCommand } from './command.ts';
import { createDispatchLoop } from './dispatch-submissions.ts';
import type { SendingPorts } from './ports.ts';
import { preview, type PreviewRequest, type RecipientPreview } from './preview.ts';
import { refusal, sendingRoutes } from './routes.ts';
import { timelineOf } from './timeline.ts';

export interface SendingModule {
  /** Resolves after the commit. Throws SendingError when refused: nothing was stored then. */
  sendMessage(command: SendCommand): Promise<{ messageId: MessageId; acceptedAt: Date }>;
  /** Group commit of many; a refusal is an answer, not a throw. In the order given. */
  acceptBatch(commands: readonly SendCommand[]): Promise<Accepted[]>;
  /** What can be refused before the content is there: for SMTP at RCPT or DATA. */
  check(submission: Submission): Promise<Checked>;
  preview(request: PreviewRequest): Promise<{ ok: true; recipients: RecipientPreview[] } | Refused>;
  /** The journeys of a message's recipients; empty until it is dispatched. `tx` must be the tenant's. */
  timeline(tx: Tx, organizationId: OrganizationId, messageId: MessageId): Promise<RecipientJourney[]>;
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
    if (!accepted.ok) throw refusal(accepted);
    return accepted;
  }

  return {
    sendMessage,
    acceptBatch: accept,
    check: (submission) => checkSubmission(ports, submission),
    preview: (request) => preview(ports, request),
    timeline: (tx, organizationId, messageId) => timelineOf(tx, ports, organizationId, messageId),
    routes: sendingRoutes(ports, sendMessage),
    loops: [dispatch],
  };
}
