import { DatabaseUnavailable } from '#platform/database/database-unavailable.ts';
import type {
  Awaitable,
  ContentSink,
  EnvelopeRecipient,
  Mailbox,
  SmtpReply,
  SmtpSession,
  SmtpSessionHandler,
  SmtpTransaction,
} from '#protocols/smtp/index.ts';
import { InboundSession, type InboundContext } from './inbound-session.ts';
import type { KnownRelay } from './relay.ts';
import { RelaySession, type RelayContext } from './relay-session.ts';
import type { Relays } from './relays.ts';
import { senderAccepted, storageAway } from './replies.ts';

/** Without knowing the relays, mail of an own server on its way out would be refused for good. */
function notNow(error: unknown): SmtpReply {
  if (error instanceof DatabaseUnavailable) return storageAway;
  throw error;
}

export type MxContext = InboundContext & RelayContext & { readonly relays: Relays };

/** One connection at port 25: mail for our users, and mail of organisations' own servers on its way out. Which, each transaction says. */
export class MxSession implements SmtpSessionHandler {
  readonly #context: MxContext;
  readonly #session: SmtpSession;
  readonly #inbound: InboundSession;
  #relay: RelaySession | null = null;
  /** The empty sender is everybody's: the first recipient shows which way it goes. */
  #undecided: KnownRelay | null = null;

  constructor(context: MxContext, session: SmtpSession) {
    this.#context = context;
    this.#session = session;
    this.#inbound = new InboundSession(context, session);
  }

  mail(from: Mailbox | null): Awaitable<SmtpReply> {
    const begin = (relays: readonly KnownRelay[]) =>
      relays.length === 0 ? this.#inbound.mail() : this.#mailOfRelay(relays, from);
    const relays = this.#context.relays.of(this.#session);
    return relays instanceof Promise ? relays.then(begin, notNow) : begin(relays);
  }

  #mailOfRelay(relays: readonly KnownRelay[], from: Mailbox | null): Awaitable<SmtpReply> {
    if (from === null) {
      // Of several organisations nobody could say whose it is.
      this.#undecided = relays.length === 1 ? (relays[0] ?? null) : null;
      return senderAccepted;
    }
    const domain = from.domain.toLowerCase();
    const relay = relays.find(({ senderDomains }) => senderDomains.includes(domain));
    if (relay === undefined) return this.#inbound.mail();
    this.#relay = new RelaySession(this.#context, this.#session, relay);
    return this.#relay.mail(from);
  }

  async recipient(recipient: EnvelopeRecipient, transaction: SmtpTransaction): Promise<SmtpReply> {
    const undecided = this.#undecided;
    this.#undecided = null;
    if (undecided !== null) {
      const served = await this.#context.domains.findByName(recipient.mailbox.domain);
      if (served?.receives !== true) {
        this.#relay = new RelaySession(this.#context, this.#session, undecided);
        const reply = await this.#relay.mail(null);
        if (reply.code !== 250) return reply;
      }
    }
    return (this.#relay ?? this.#inbound).recipient(recipient, transaction);
  }

  content(transaction: SmtpTransaction): Awaitable<ContentSink | SmtpReply> {
    return (this.#relay ?? this.#inbound).content(transaction);
  }

  reset(): void {
    this.#relay = null;
    this.#undecided = null;
    this.#inbound.reset();
  }
}
