import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { ReturnClaim } from '#modules/delivery/index.ts';
import type { ServedDomain } from '#modules/domains/index.ts';
import {
  smtpReply,
  type ContentSink,
  type EnvelopeRecipient,
  type Mailbox,
  type SmtpReply,
  type SmtpSession,
  type SmtpSessionHandler,
  type SmtpTransaction,
} from '#protocols/smtp/index.ts';
import type { LocalUsers } from './local-users.ts';
import type { OwnServers } from './own-server.ts';
import type { ReceptionPorts } from './ports.ts';
import type { QuarantineCause } from './quarantine.ts';
import { recipientAccepted, relayDenied, senderAccepted, tooLarge, unknownUser } from './replies.ts';
import { isRoleName, type RoleHolders } from './role-addresses.ts';
import type { InboundMessage } from './store-inbound.ts';
import type { RefusedMessage } from './audit-trail.ts';
import type { SenderFindings } from './check-sender.ts';
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
const noRecipients = smtpReply(554, '5.5.1', 'No valid recipients');

/** One connection of another mail server: mail for our users and for nobody else. */
export class InboundSession implements SmtpSessionHandler {
  readonly #context: InboundContext;
  readonly #session: SmtpSession;
  #organizationId: OrganizationId | null = null;
  #users = new Set<UserId>();
  #passOn = new Set<string>();
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
    const found = claim === null ? await this.#find(mailbox, served) : [];
    if (found === 'not-now') return notVerified;
    if (found === 'unknown') {
      unknownRecipients.note(remoteAddress);
      return unknownUser;
    }
    if (this.#organizationId !== null && this.#organizationId !== organizationId) return oneOrganization;
    if (this.#claim !== null || (claim !== null && this.#organizationId !== null)) return returnPathAlone;
    const { messageSizeLimit } = await organizations.settingsOf(organizationId);
    if (size !== null && size > messageSizeLimit) return tooLarge(messageSizeLimit);
    this.#organizationId = organizationId;
    if (found === 'elsewhere') this.#passOn.add(mailbox.address);
    else for (const userId of found) this.#users.add(userId);
    this.#claim = claim;
    return recipientAccepted;
  }

  /** Whose mailbox it is; or that the organisation's own server has it, or nobody. */
  async #find(
    mailbox: Mailbox,
    { organizationId, destination }: ServedDomain,
  ): Promise<readonly UserId[] | 'elsewhere' | 'unknown' | 'not-now'> {
    if (destination?.recipients === 'asked') {
      const there = await this.#context.ownServers.knows(mailbox.address);
      return there === 'known' ? 'elsewhere' : there;
    }
    const users = await this.#usersOf(mailbox, organizationId);
    if (users.length === 0) return 'unknown';
    return destination === null ? users : 'elsewhere';
  }

  async #usersOf(
    { address, localPart }: Mailbox,
    organizationId: OrganizationId,
  ): Promise<readonly UserId[]> {
    const { localUsers, roleHolders } = this.#context;
    const user = await localUsers.find(address);
    if (user !== null) return user.organizationId === organizationId ? [user.userId] : [];
    return isRoleName(localPart) ? roleHolders.of(organizationId) : [];
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
      claim: this.#claim,
      transaction,
    });
  }

  reset(): void {
    this.#organizationId = null;
    this.#users = new Set();
    this.#passOn = new Set();
    this.#claim = null;
  }
}
