import type { MessageId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { OrganizationSettings } from '#contract/organizations.ts';
import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import { newId } from '#platform/ids.ts';
import type { HeaderEdit, HeaderSection } from '#protocols/mime/index.ts';
import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import {
  smtpReply,
  type ContentSink,
  type Credentials,
  type EnvelopeRecipient,
  type Mailbox,
  type MailParameters,
  type SmtpReply,
  type SmtpSession,
  type SmtpSessionHandler,
  type SmtpTransaction,
} from '#protocols/smtp/index.ts';
import type { Accepted, SendCommand, SendOptions } from '#modules/sending/index.ts';
import { defaultCategory, editSubmission } from './edit-submission.ts';
import { createIntakeSink } from './intake-sink.ts';
import type { LocalUsers } from './local-users.ts';
import type { ReceptionPorts } from './ports.ts';
import { recipientsOf } from './recipient-kinds.ts';
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
import { SenderRights } from './sender-rights.ts';
import { receivedFromUser } from './trace-fields.ts';
import { isUnknownHere } from './unknown-here.ts';

export interface SubmissionContext extends ReceptionPorts {
  readonly localUsers: LocalUsers;
  /** Stores one submission, together with those that come at the same time. */
  readonly accept: (command: SendCommand) => Promise<Accepted>;
}

const signInReplies = {
  'invalid-credentials': smtpReply(535, '5.7.8', 'Wrong user name or app password'),
  disabled: smtpReply(535, '5.7.13', 'This user is disabled'),
  locked: smtpReply(454, '4.7.0', 'Too many wrong tries; please wait some minutes'),
} as const;

const welcome = smtpReply(235, '2.7.0', 'Welcome');
const signInLater = smtpReply(454, '4.7.0', 'Sign-in is not possible just now; please try again');
const signInFirst = smtpReply(530, '5.7.0', 'Authentication required');
const revoked = smtpReply(535, '5.7.8', 'This app password was revoked');
const notYours = smtpReply(550, '5.7.1', 'The sender address is not one of yours');
const noReports = smtpReply(
  550,
  '5.7.1',
  'The empty sender is for reports of mail servers; use an address of yours',
);
const colleaguesOnly = smtpReply(550, '5.7.1', 'You may not send to people outside the organisation');

/** One connection of a user's program (RFC 6409): signs in, writes as itself, and hands over to `sending`. */
export class SubmissionSession implements SmtpSessionHandler {
  readonly #context: SubmissionContext;
  readonly #session: SmtpSession;
  #rights: SenderRights | null = null;

  constructor(context: SubmissionContext, session: SmtpSession) {
    this.#context = context;
    this.#session = session;
  }

  async authenticate({ username, password }: Credentials): Promise<SmtpReply> {
    const { identity } = this.#context;
    try {
      const verdict = await identity.authenticateSmtp({
        username,
        password,
        ip: this.#session.remoteAddress,
      });
      if (!verdict.ok) return signInReplies[verdict.reason];
      this.#rights = new SenderRights(this.#context, verdict.user, verdict.appPasswordId);
      return welcome;
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return signInLater;
      throw error;
    }
  }

  async mail(from: Mailbox | null, { size }: MailParameters): Promise<SmtpReply> {
    if (this.#rights === null) return signInFirst;
    if (from === null) return noReports;
    const addresses = await this.#rights.addresses();
    if (addresses === null) return revoked;
    if (!addresses.has(normalizeAddress(from.address))) return notYours;
    const { messageSizeLimit: limit } = await this.#settings(this.#rights);
    return size !== null && size > limit ? tooLarge(limit) : senderAccepted;
  }

  async recipient({ mailbox }: EnvelopeRecipient): Promise<SmtpReply> {
    if (this.#rights === null) return signInFirst;
    const { user } = this.#rights;
    const address = parseAddress(mailbox.address);
    if (address === null || address.domain.startsWith('[')) return notAnAddress;
    const served = await this.#context.domains.findByName(address.domain);
    if (served?.organizationId !== user.organizationId && !user.permissions.has('message.send.external'))
      return colleaguesOnly;
    return (await isUnknownHere(this.#context, address)) ? unknownUser : recipientAccepted;
  }

  async content(transaction: SmtpTransaction): Promise<ContentSink | SmtpReply> {
    const rights = this.#rights;
    const ownAddresses = await rights?.addresses();
    if (rights === null || ownAddresses == null) return rights === null ? signInFirst : revoked;
    const { messages, log } = this.#context;
    const submission = new Submission(this.#context, this.#session, rights, ownAddresses, transaction);
    const { messageSizeLimit, footer } = await this.#settings(rights);
    const intake = messages.openIntake(rights.user.organizationId, {
      limitBytes: messageSizeLimit,
      footer,
      editHeader: (section) => submission.edit(section),
    });
    return createIntakeSink({
      intake,
      refusal: () => submission.refusal,
      lastFields: () => Promise.resolve([]),
      scan: this.#context.openScan?.() ?? null,
      store: async (receipt, virus) => {
        if (virus === null) return submission.accept(receipt);
        log.warn('reception.infected', { connectionId: this.#session.id, listener: 'submission' });
        await messages.discard(receipt);
        return infected;
      },
      discard: (receipt) => messages.discard(receipt),
      onError: (error) => log.error('reception.intake-failed', { connectionId: this.#session.id, error }),
    });
  }

  #settings({ user }: SenderRights): Promise<OrganizationSettings> {
    return this.#context.organizations.settingsOf(user.organizationId);
  }
}

/** One message of a user, from its header to the commit. */
class Submission {
  readonly #context: SubmissionContext;
  readonly #session: SmtpSession;
  readonly #rights: SenderRights;
  readonly #ownAddresses: ReadonlySet<string>;
  readonly #transaction: SmtpTransaction;
  readonly #messageId = newId<MessageId>();
  #category: MessageCategory;
  #options: SendOptions = {};
  refusal: SmtpReply | null = null;

  constructor(
    context: SubmissionContext,
    session: SmtpSession,
    rights: SenderRights,
    ownAddresses: ReadonlySet<string>,
    transaction: SmtpTransaction,
  ) {
    this.#context = context;
    this.#session = session;
    this.#rights = rights;
    this.#ownAddresses = ownAddresses;
    this.#transaction = transaction;
    this.#category = defaultCategory(rights.user);
  }

  get #envelopeFrom(): string {
    return this.#transaction.from?.address ?? '';
  }

  edit(section: HeaderSection): HeaderEdit {
    const { hostname, clock } = this.#context;
    const now = clock.now();
    const utf8 = this.#transaction.parameters.smtpUtf8;
    const edited = editSubmission({
      section,
      sender: this.#rights.user,
      ownAddresses: this.#ownAddresses,
      envelopeFrom: this.#envelopeFrom,
      received: receivedFromUser({ session: this.#session, hostname, id: this.#messageId, at: now, utf8 }),
      messageIdHeader: `${this.#messageId}@${this.#transaction.from?.domain ?? hostname}`,
      now,
    });
    if (!edited.ok) {
      this.refusal = edited.reply;
      return {};
    }
    this.#category = edited.category;
    const { requireTls } = this.#transaction.parameters;
    this.#options = requireTls ? { ...edited.options, requireTlsAllTheWay: true } : edited.options;
    return edited.edit;
  }

  async accept(intake: SendCommand['intake']): Promise<SmtpReply> {
    const { user } = this.#rights;
    const answer = await this.#context.accept({
      organizationId: user.organizationId,
      messageId: this.#messageId,
      sender: user,
      channel: 'smtp',
      envelopeFrom: this.#envelopeFrom,
      recipients: recipientsOf(this.#transaction, intake.headers),
      intake,
      category: this.#category,
      options: this.#options,
      actor: { kind: 'user', userId: user.userId },
      ip: this.#session.remoteAddress,
    });
    return answer.ok ? accepted(answer.messageId) : replyToRefusal(answer);
  }
}
