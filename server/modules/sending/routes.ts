import type { DeliveryId, MessageId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import * as contract from '#contract/sending.ts';
import { categoriesOf } from '#modules/identity/index.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { route, type RequestInfo, type Route } from '#platform/http/route.ts';
import { messageRefused, timelineRead } from './audit-trail.ts';
import {
  extendRecipient,
  remindRecipient,
  revokeRecipient,
  type RecipientChange,
} from './change-recipient.ts';
import { checkSubmission } from './check-submission.ts';
import type { Channel, Refused, Sender } from './command.ts';
import { composeDraft, recipientsOf } from './compose-draft.ts';
import { SendingError } from './errors.ts';
import { getSent, listSent } from './list-sent.ts';
import type { SendingModule } from './module.ts';
import type { SendingPorts } from './ports.ts';
import { preview } from './preview.ts';
import { findSubmission } from './submission-store.ts';
import { timelineOf } from './timeline.ts';

export function sendingRoutes(ports: SendingPorts, send: SendingModule['sendMessage']): Route[] {
  const { database, clock, audit } = ports;

  /** An API key may do what its scopes say, and send what its owner may. */
  async function senderOf({
    organizationId,
    userId,
    permissions,
  }: StaffPrincipal): Promise<Sender & { ownAddresses: string[] }> {
    return database.inTenant(organizationId, async (tx) => {
      const user = await ports.identity.getUser(tx, organizationId, userId);
      if (user === null) throw new SendingError('forbidden', 'This user is not there any more.');
      const ownAddresses = await ports.identity.mailAddressesOf(tx, userId);
      return {
        userId,
        address: user.email,
        displayName: user.displayName,
        permissions,
        categories: categoriesOf(user),
        ownAddresses,
      };
    });
  }

  /** A refusal for want of a right is on record before it is answered. */
  async function refuse(
    refused: Refused,
    { organizationId, actor, kind }: StaffPrincipal,
    category: MessageCategory,
    { ip }: RequestInfo,
  ): Promise<never> {
    const { code } = refused;
    if (code === 'forbidden' || code === 'category-not-allowed') {
      const refusal = { organizationId, actor, code, category, channel: channelOf(kind), ip };
      await database.inTenant(organizationId, (tx) => messageRefused(audit, tx, refusal));
    }
    throw refusalOf(refused);
  }

  const changeOf = (
    principal: StaffPrincipal,
    params: { messageId: string; recipientId: string },
    request: RequestInfo,
  ): RecipientChange => ({
    organizationId: principal.organizationId,
    messageId: params.messageId as MessageId,
    recipientId: params.recipientId as DeliveryId,
    userId: principal.userId,
    actor: principal.actor,
    ip: request.ip,
  });

  return [
    route(contract.sendMessage, async ({ body, principal, request }) => {
      const { organizationId } = principal;
      const messageId = request.creationId as MessageId;
      const sender = await senderOf(principal);
      const recipients = recipientsOf(body);
      const checked = await checkSubmission(ports, {
        organizationId,
        sender,
        recipients,
        category: body.category,
      });
      if (!checked.ok) return refuse(checked, principal, body.category, request);
      const { raw, from } = await composeDraft(body, sender, sender.ownAddresses, messageId, clock.now());
      const { messageSizeLimit: limitBytes, footer } = await ports.organizations.settingsOf(organizationId);
      const intake = await ports.messages.fromRaw(organizationId, raw, { limitBytes, footer });
      const { category, options } = body;
      const accepted = await send({
        organizationId,
        messageId,
        sender,
        channel: channelOf(principal.kind),
        envelopeFrom: from,
        recipients,
        intake,
        category,
        options,
        actor: principal.actor,
        ip: request.ip,
      });
      return { messageId: accepted.messageId, acceptedAt: accepted.acceptedAt.toISOString() };
    }),

    route(contract.previewMessage, async ({ body, principal }) => {
      const sender = await senderOf(principal);
      const { category, options } = body;
      const result = await preview(ports, {
        organizationId: principal.organizationId,
        sender,
        recipients: recipientsOf(body),
        category,
        options,
      });
      if (!result.ok) throw refusalOf(result);
      return {
        recipients: result.recipients.map(({ address, kind, verdict, reason, candidates, outcome }) => ({
          address,
          kind,
          protection: verdict,
          reason,
          candidates: [...candidates],
          outcome,
        })),
      };
    }),

    route(contract.listSentMessages, ({ query, principal: { organizationId, userId } }) =>
      database.inTenant(organizationId, (tx) => listSent(tx, ports, organizationId, userId, query)),
    ),

    route(contract.getSentMessage, ({ params, principal: { organizationId, userId } }) =>
      database.inTenant(organizationId, (tx) =>
        getSent(tx, ports, organizationId, userId, params.messageId as MessageId),
      ),
    ),

    route(contract.getTimeline, ({ params, principal: { organizationId, userId, actor }, request }) =>
      database.inTenant(organizationId, async (tx) => {
        const messageId = params.messageId as MessageId;
        const row = await findSubmission(tx, organizationId, userId, messageId);
        if (row === undefined) throw new SendingError('not-found', 'You have sent no such message.');
        await timelineRead(audit, tx, { organizationId, messageId, actor, ip: request.ip });
        return {
          messageId,
          state: row.state,
          acceptedAt: row.accepted_at.toISOString(),
          recipients: await timelineOf(tx, ports, organizationId, messageId),
        };
      }),
    ),

    route(contract.revokeRecipient, ({ params, principal, request }) =>
      revokeRecipient(ports, changeOf(principal, params, request)),
    ),
    route(contract.remindRecipient, ({ params, principal, request }) =>
      remindRecipient(ports, changeOf(principal, params, request)),
    ),
    route(contract.extendRecipient, ({ params, body, principal, request }) =>
      extendRecipient(ports, changeOf(principal, params, request), body.days),
    ),
  ];
}

const channelOf = (kind: StaffPrincipal['kind']): Channel => (kind === 'user' ? 'workspace' : 'api');

export function refusalOf({ code, reason, errors }: Refused): SendingError {
  return new SendingError(code, reason, errors === undefined ? {} : { errors });
}
