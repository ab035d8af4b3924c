import type { MessageId } from '#contract/ids.ts';
import { categoriesOf, permissionsOf } from '#modules/identity/index.ts';
import type { Accepted, SendCommand, Sender } from '#modules/sending/index.ts';
import { newId } from '#platform/ids.ts';
import { parseAddress } from '#protocols/mime/index.ts';
import {
  smtpReply,
  type ContentSink,
  type EnvelopeRecipient,
  type Mailbox,
  type SmtpReply,
  type SmtpSession,
  type SmtpTransaction,
} from '#protocols/smtp/index.ts';
import { editRelayed, type EditedRelayed } from './edit-relayed.ts';
import { createIntakeSink } from './intake-sink.ts';
import type { LocalUsers } from './local-users.ts';
import type { ReceptionPorts } from './ports.ts';
import { recipientsOf } from './recipient-kinds.ts';
import type { KnownRelay } from './relay.ts';
import {
  accepted,
  infected,
  notAnAddress,
  recipientAccepted,
  replyToRefusal,
  senderAccepted,
  tooLarge,
  unknownUser,
} from './replies.ts';
import { receivedFromServer } from './trace-fields.ts';
import { isUnknownHere } from './unknown-here.ts';

export interface RelayContext extends ReceptionPorts {
  readonly localUsers: LocalUsers;
  /** Stores one message on its way out, together with those that come at the same time. */
  readonly acceptRelayed: (command: SendCommand) => Promise<Accepted>;
}

const domainNotYours = smtpReply(
  550,
  '5.7.1',
  'This domain is not, or no longer, one that the organisation may send from here',
);
const nobodyAnswers = smtpReply(
  550,
  '5.7.1',
  'Nobody answers for what this server sends; an administrator must name an active user',
);

/** One message that an organisation's own server sends through us: it goes the way of every message of ours. */
export class RelaySession {
  readonly #context: RelayContext;
  readonly #session: SmtpSession;
  readonly #relay: KnownRelay;
  #sender: Sender | null = null;

  constructor(context: RelayContext, session: SmtpSession, relay: KnownRelay) {
    this.#context = context;
    this.#session = session;
    this.#relay = relay;
  }

  async mail(from: Mailbox | null): Promise<SmtpReply> {
    const { domains, localUsers, identity, database } = this.#context;
    const { organizationId, userId: standIn } = this.#relay;
    if (from !== null) {
      const served = await domains.findByName(from.domain);
      if (served?.organizationId !== organizationId || !served.sends) return domainNotYours;
    }
    const author = from === null ? null : await localUsers.find(from.address);
    const userId = author?.organizationId === organizationId ? author.userId : standIn;
    const user = await database.inTenant(organizationId, (tx) =>
      identity.getUser(tx, organizationId, userId),
    );
    if (user?.state !== 'active') return nobodyAnswers;
    this.#sender = {
      userId,
      address: from?.address ?? user.email,
      displayName: user.displayName,
      permissions: permissionsOf(user),
      categories: categoriesOf(user),
    };
    return senderAccepted;
  }

  async recipient(
    { mailbox }: EnvelopeRecipient,
    { parameters: { size } }: SmtpTransaction,
  ): Promise<SmtpReply> {
    const address = parseAddress(mailbox.address);
    if (address === null || address.domain.startsWith('[')) return notAnAddress;
    if (await isUnknownHere(this.#context, address)) return unknownUser;
    const { messageSizeLimit } = await this.#context.organizations.settingsOf(this.#relay.organizationId);
    return size !== null && size > messageSizeLimit ? tooLarge(messageSizeLimit) : recipientAccepted;
  }

  async content(transaction: SmtpTransaction): Promise<ContentSink | SmtpReply> {
    const sender = this.#sender;
    if (sender === null) return nobodyAnswers;
    const { messages, organizations, clock, hostname, log, openScan } = this.#context;
    const { organizationId } = this.#relay;
    const session = this.#session;
    const messageId = newId<MessageId>();
    let edited: EditedRelayed | null = null;
    const { messageSizeLimit, footer } = await organizations.settingsOf(organizationId);
    const intake = messages.openIntake(organizationId, {
      limitBytes: messageSizeLimit,
      // What answers by itself, from the empty sender, is no person's.
      footer: transaction.from === null ? '' : footer,
      editHeader: (section) => {
        const now = clock.now();
        const utf8 = transaction.parameters.smtpUtf8;
        edited = editRelayed({
          section,
          relay: this.#relay,
          sender,
          hostname,
          received: receivedFromServer({ session, hostname, id: messageId, at: now, utf8 }),
          messageIdHeader: `${messageId}@${transaction.from?.domain ?? hostname}`,
          now,
        });
        return edited.ok ? edited.edit : {};
      },
    });
    const answer = (): EditedRelayed | null => edited;
    return createIntakeSink({
      intake,
      refusal: () => {
        const found = answer();
        return found === null || found.ok ? null : found.reply;
      },
      lastFields: () => Promise.resolve([]),
      scan: openScan?.() ?? null,
      store: async (receipt, virus) => {
        const found = answer();
        if (virus === null && found?.ok === true)
          return this.#accept(transaction, { messageId, intake: receipt, sender, ...found });
        await messages.discard(receipt);
        return infected;
      },
      discard: (receipt) => messages.discard(receipt),
      onError: (error) => log.error('reception.intake-failed', { connectionId: session.id, error }),
    });
  }

  async #accept(
    transaction: SmtpTransaction,
    {
      messageId,
      intake,
      sender,
      category,
      options,
    }: Pick<SendCommand, 'messageId' | 'intake' | 'category' | 'options'> & { readonly sender: Sender },
  ): Promise<SmtpReply> {
    const answer = await this.#context.acceptRelayed({
      organizationId: this.#relay.organizationId,
      messageId,
      sender,
      channel: 'smtp',
      envelopeFrom: transaction.from?.address ?? '',
      relayedFor: new Set(this.#relay.senderDomains),
      recipients: recipientsOf(transaction, intake.headers),
      intake,
      category,
      options: transaction.parameters.requireTls ? { ...options, requireTlsAllTheWay: true } : options,
      actor: { kind: 'system', part: 'gateway' },
      ip: this.#session.remoteAddress,
    });
    return answer.ok ? accepted(answer.messageId) : replyToRefusal(answer);
  }
}
