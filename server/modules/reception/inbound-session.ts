import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { ReturnClaim } from '#modules/delivery/index.ts';
import type { ServedDomain } from '#modules/domains/index.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import {
  parseMailbox,
  smtpReply,
  type ContentSink,
  type EnvelopeRecipient,
  type Mailbox,
  type SmtpReply,
  type SmtpSession,
  type SmtpSessionHandler,
  type SmtpTransaction,
} from '#protocols/smtp/index.ts';
import { findRecipient, type Found } from './find-recipient.ts';
import type { Forward, Returning } from './forward.ts';
import type { LocalUsers } from './local-users.ts';
import type { OwnServers } from './own-server.ts';
import type { ReceptionPorts } from './ports.ts';
import type { QuarantineCause } from './quarantine.ts';
import { recipientAccepted, relayDenied, senderAccepted, tooLarge, unknownUser } from './replies.ts';
import type { RoleHolders } from './role-addresses.ts';
import type { InboundMessage } from './store-inbound.ts';
import type { RefusedMessage } from './audit-trail.ts';
import type { SenderFindings } from './check-sender.ts';
import { originalSender } from './srs.ts';
import { takeInbound } from './take-inbound.ts';
import type { SpfResolver } from '#protocols/spf/index.ts';
import { tooManyUnknown, type UnknownRecipients } from './unknown-recipients.ts';

export interface InboundContext extends ReceptionPorts {
  readonly localUsers: LocalUsers;
  readonly roleHolders: RoleHolders;
  readonly unknownRecipients: UnknownRecipients;
  readonly senderDns: SpfResolver;
  /** Notes that a message is refused on account of who wrote it. Resolves after the commit. */
  readonly recordRefusal: (message: RefusedMessage, findings: SenderFindings) => Promise<void>;
  readonly ownServers: OwnServers;
  /** Stores one message, together with those that come at the same time. Resolves after the commit. */
  readonly accept: (message: InboundMessage) => Promise<void>;
  /** Stores one message that is not to be delivered until a person says so. Resolves after the commit. */
  readonly hold: (message: InboundMessage, cause: QuarantineCause) => Promise<void>;
}

const oneOrganization = smtpReply(
  452,
  '4.5.3',
  'One organisation for each message; send it to this recipient in another',
);
const notVerified = smtpReply(
  451,
  '4.4.1',
  "The organisation's own mail server could not be asked for this recipient; please try again",
);
const returnPathAlone = smtpReply(
  452,
  '4.5.3',
  'A report comes to one return path alone; send it to this recipient in another message',
);
const nobody: Found = { users: [], passOn: [], forwards: [] };
const noRecipients = smtpReply(554, '5.5.1', 'No valid recipients');

/** One connection of another mail server: mail for our users and for nobody else. */
export class InboundSession implements SmtpSessionHandler {
  readonly #context: InboundContext;
  readonly #session: SmtpSession;
  #organizationId: OrganizationId | null = null;
  #users = new Set<UserId>();
  #passOn = new Set<string>();
  /** By target. */
  #forwards = new Map<string, Forward>();
  /** Whom the report goes back to that came to an address which we wrote into an envelope. */
  #returning: Returning | null = null;
  /** What the return path that the report came to stands for. */
  #claim: ReturnClaim | null = null;

  constructor(context: InboundContext, session: SmtpSession) {
    this.#context = context;
    this.#session = session;
  }

  mail(): SmtpReply {
    return senderAccepted;
  }

  async recipient(
    { mailbox }: EnvelopeRecipient,
    { parameters: { size } }: SmtpTransaction,
  ): Promise<SmtpReply> {
    const { domains, organizations, unknownRecipients } = this.#context;
    const { remoteAddress } = this.#session;
    if (unknownRecipients.isBarred(remoteAddress)) return tooManyUnknown;
    const served = await domains.findByName(mailbox.domain);
    if (served?.receives !== true) return relayDenied;
    const { organizationId } = served;
    const claim = await this.#context.delivery.readReturnPath(organizationId, mailbox.localPart);
    const found = claim === null ? await this.#find(mailbox, served) : nobody;
    if (found === 'not-now') return notVerified;
    if (found === 'unknown') {
      unknownRecipients.note(remoteAddress);
      return unknownUser;
    }
    const returning = 'to' in found ? found : null;
    if (this.#organizationId !== null && this.#organizationId !== organizationId) return oneOrganization;
    const isReturn = claim !== null || returning !== null;
    const isFirst = this.#organizationId === null;
    if (this.#claim !== null || this.#returning !== null || (isReturn && !isFirst)) return returnPathAlone;
    const { messageSizeLimit } = await organizations.settingsOf(organizationId);
    if (size !== null && size > messageSizeLimit) return tooLarge(messageSizeLimit);
    this.#organizationId = organizationId;
    if ('users' in found) {
      for (const userId of found.users) this.#users.add(userId);
      for (const address of found.passOn) this.#passOn.add(address);
      for (const forward of found.forwards) this.#forwards.set(normalizeAddress(forward.to), forward);
    }
    this.#returning = returning;
    this.#claim = claim;
    return recipientAccepted;
  }

  /** Who it is for; behind an address that we wrote into the envelope of what we forwarded stands its sender. */
  async #find(mailbox: Mailbox, served: ServedDomain): Promise<Found | Returning | 'unknown' | 'not-now'> {
    const { organizationId, name: domain } = served;
    const original = await originalSender(this.#context, organizationId, domain, mailbox.localPart);
    if (original === null) return findRecipient(this.#context, mailbox, served);
    const sender = original === 'unknown' ? null : parseMailbox(original.address);
    if (sender === null) return 'unknown';
    const own = await this.#context.domains.findByName(sender.domain);
    return own?.organizationId === organizationId
      ? findRecipient(this.#context, sender, own)
      : { domain, to: sender.address };
  }

  content(transaction: SmtpTransaction): Promise<ContentSink> | SmtpReply {
    const organizationId = this.#organizationId;
    if (organizationId === null) return noRecipients;
    const recipientUserIds = [...this.#users];
    const passOn = [...this.#passOn];
    return takeInbound(this.#context, this.#session, {
      organizationId,
      recipientUserIds,
      passOn,
      forwards: [...this.#forwards.values()],
      returning: this.#returning,
      claim: this.#claim,
      transaction,
    });
  }

  reset(): void {
    this.#organizationId = null;
    this.#users = new Set();
    this.#passOn = new Set();
    this.#forwards = new Map();
    this.#returning = null;
    this.#claim = null;
  }
}
