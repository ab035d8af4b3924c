import type { OfferId, OrganizationId, RecipientId } from '#contract/ids.ts';
import type { Actor, Audit, Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { LetterKind } from './letter.ts';
import type { Offer } from './offer.ts';

type Recorder = Pick<Audit, 'record' | 'recordMany'>;

const system = (part: string): Actor => ({ kind: 'system', part });
const asRecipient = (recipientId: RecipientId): Actor => ({ kind: 'recipient', recipientId });

const aboutOffer = (
  kind: string,
  offer: Offer,
  { actor, ip }: Doer,
  fields: Record<string, string | number> = {},
) => ({
  organizationId: offer.organizationId,
  kind,
  actor,
  subject: { type: 'message' as const, id: offer.messageId },
  fields: { offerId: offer.offerId, deliveryId: offer.deliveryId, recipientId: offer.recipientId, ...fields },
  ip,
});

export const messagesOffered = (audit: Recorder, tx: Tx, offers: readonly Offer[]): Promise<void> =>
  audit.recordMany(
    tx,
    offers.map((offer) =>
      aboutOffer(
        'pickup.offered',
        offer,
        { actor: system('pickup') },
        { reason: offer.reason, expiresAt: offer.expiresAt.toISOString() },
      ),
    ),
  );

export const letterWritten = (
  audit: Recorder,
  tx: Tx,
  letter: {
    organizationId: OrganizationId;
    kind: LetterKind;
    recipientId: RecipientId;
    offerId: OfferId | null;
  },
): Promise<void> =>
  audit.record(tx, {
    organizationId: letter.organizationId,
    kind: `pickup.${letter.kind}-written`,
    actor: system('pickup'),
    subject: { type: 'recipient', id: letter.recipientId },
    ...(letter.offerId === null ? {} : { fields: { offerId: letter.offerId } }),
  });

export const codeAnswered = (
  audit: Recorder,
  tx: Tx,
  answer: { organizationId: OrganizationId; recipientId: RecipientId; answer: string; ip: string },
): Promise<void> =>
  audit.record(tx, {
    organizationId: answer.organizationId,
    kind: answer.answer === 'confirmed' ? 'pickup.code-confirmed' : 'pickup.code-refused',
    // Until the code is right, nobody knows who answers.
    actor: answer.answer === 'confirmed' ? asRecipient(answer.recipientId) : { kind: 'anonymous' },
    subject: { type: 'recipient', id: answer.recipientId },
    fields: { answer: answer.answer },
    ip: answer.ip,
  });

export const offerRead = (audit: Recorder, tx: Tx, offer: Offer, by: Doer): Promise<void> =>
  audit.record(tx, aboutOffer('pickup.read', offer, by));

export const offerOpened = (audit: Recorder, tx: Tx, offer: Offer, by: Doer): Promise<void> =>
  audit.record(tx, aboutOffer('pickup.opened', offer, by));

export const attachmentDownloaded = (
  audit: Recorder,
  tx: Tx,
  offer: Offer,
  by: Doer,
  partId: string,
): Promise<void> => audit.record(tx, aboutOffer('pickup.downloaded', offer, by, { partId }));

export const offerReplied = (
  audit: Recorder,
  tx: Tx,
  offer: Offer,
  by: Doer,
  replyId: string,
): Promise<void> => audit.record(tx, aboutOffer('pickup.replied', offer, by, { replyId }));

export const offerRevoked = (audit: Recorder, tx: Tx, offer: Offer, by: Doer): Promise<void> =>
  audit.record(tx, aboutOffer('pickup.revoked', offer, by));

export const offerExtended = (
  audit: Recorder,
  tx: Tx,
  offer: Offer,
  by: Doer,
  expiresAt: Date,
): Promise<void> =>
  audit.record(
    tx,
    aboutOffer('pickup.extended', offer, by, {
      before: offer.expiresAt.toISOString(),
      after: expiresAt.toISOString(),
    }),
  );

export const offerReminded = (audit: Recorder, tx: Tx, offer: Offer, by: Doer): Promise<void> =>
  audit.record(tx, aboutOffer('pickup.reminded', offer, by));

export const offerExpired = (audit: Recorder, tx: Tx, offer: Offer): Promise<void> =>
  audit.record(tx, aboutOffer('pickup.expired', offer, { actor: system('pickup') }));
