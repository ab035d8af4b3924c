import type {
  DeliveryId,
  Id,
  MessageId,
  OfferId,
  OrganizationId,
  RecipientId,
  UserId,
} from '#contract/ids.ts';

export type LetterId = Id<'letter'>;

/** Mail that pickup itself sends. None holds more than the organisation's name, a link or a code. */
export type LetterKind =
  | 'notice' // a message waits
  | 'reminder' // it still does
  | 'access' // a new link, asked for by the recipient
  | 'code' // a one-time code
  | 'lock-warning'; // wrong codes were entered

/** What delivery needs to send a letter. */
export interface LetterToSend {
  readonly organizationId: OrganizationId;
  readonly letterId: LetterId;
  readonly messageId: MessageId;
  readonly kind: LetterKind;
  readonly address: string;
  /** Envelope sender. */
  readonly returnPath: string;
  readonly sizeBytes: number;
}

/** What a letter that has arrived, or has not, was about. */
export interface SettledLetter {
  readonly kind: LetterKind;
  /** The offer, where the letter is about one. */
  readonly offer:
    | { offerId: OfferId; deliveryId: DeliveryId; messageId: MessageId; senderId: UserId }
    | undefined;
}

export interface LetterRow {
  readonly organizationId: OrganizationId;
  readonly letterId: LetterId;
  readonly kind: LetterKind;
  readonly recipientId: RecipientId;
  readonly offerId: OfferId | null;
  readonly messageId: MessageId;
  readonly returnPath: string;
  readonly sizeBytes: number;
}
