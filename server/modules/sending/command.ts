import type { RecipientKind } from '#contract/delivery.ts';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { Permission } from '#contract/permissions.ts';
import type { Actor } from '#modules/audit/index.ts';
import type { IntakeReceipt } from '#modules/messages/index.ts';
import type { DsnRequest } from '#protocols/dsn/index.ts';
import type { SendingErrorCode } from './errors.ts';
import type { EntryProblem } from './errors.ts';

/** Where a message came in. */
export type Channel = 'smtp' | 'api' | 'workspace' | 'portal';

export interface Recipient {
  readonly address: string;
  readonly kind: RecipientKind;
  /** What is asked of reports about it; absent where nothing was. */
  readonly dsn?: DsnRequest;
}

export interface SendOptions {
  /** Offer it in the portal, whatever else is possible. */
  readonly protection?: 'portal' | undefined;
  /** Days that it waits in the portal. */
  readonly expiresInDays?: number | undefined;
  readonly requireTls?: boolean | undefined;
  /** Proven TLS to servers that pass the demand on, or the portal (RFC 8689). */
  readonly requireTlsAllTheWay?: true | undefined;
}

/** Who sends, with what they may. Both what SMTP and what HTTP know of a caller fit. */
export interface Sender {
  readonly userId: UserId;
  /** The primary address. */
  readonly address: string;
  readonly displayName: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly categories: ReadonlySet<MessageCategory>;
}

/** Who sends, when the channel does not know what they may: it is looked up. */
export type Author = Pick<Sender, 'userId' | 'address' | 'displayName'>;

/** A message from any channel, its content encrypted and waiting to be stored. */
export interface SendCommand {
  readonly organizationId: OrganizationId;
  /** If a submission of this id exists already, that one is answered and nothing is stored. */
  readonly messageId: MessageId;
  readonly sender: Sender | Author;
  readonly channel: Channel;
  /** One of the sender's own addresses, or '' for none. */
  readonly envelopeFrom: string;
  /** Of what an organisation's own server sends through us: the domains of its authors. Its envelope sender is kept as it is. */
  readonly relayedFor?: ReadonlySet<string>;
  readonly recipients: readonly Recipient[];
  readonly intake: IntakeReceipt;
  readonly category: MessageCategory;
  readonly options: SendOptions;
  readonly actor: Actor;
  readonly ip?: string;
}

export type Accepted =
  | { readonly ok: true; readonly messageId: MessageId; readonly acceptedAt: Date }
  | Refused;

/** Nothing was stored. The reason is for the sender and names nobody. */
export interface Refused {
  readonly ok: false;
  readonly code: SendingErrorCode;
  readonly reason: string;
  readonly errors?: readonly EntryProblem[];
}
