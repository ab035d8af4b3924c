import * as z from 'zod';

/** Digits of a one-time code. */
export const codeDigits = 6;

/** What happens to a message that waits in the portal, as its sender is told. */
export const offerEventMeanings = {
  noticed: 'the notice was accepted by their mail server',
  'notice-failed': 'the notice could not be delivered',
  opened: 'opened for the first time',
  downloaded: 'an attachment was downloaded',
  replied: 'answered',
  reminded: 'a reminder was sent',
  extended: 'made available for longer',
  revoked: 'taken back by the sender',
  expired: 'its time ran out',
  locked: 'wrong codes were entered; locked for 15 minutes',
} as const satisfies Record<string, string>;

export type OfferEventKind = keyof typeof offerEventMeanings;

export const offerEventKinds = Object.keys(offerEventMeanings) as [OfferEventKind, ...OfferEventKind[]];

export const OfferEventKindSchema = z.enum(offerEventKinds).meta({ id: 'OfferEventKind' });

/** Where an offer stands for its recipient. */
export const OfferStateSchema = z
  .enum(['waiting', 'opened', 'replied', 'expired', 'revoked'])
  .meta({ id: 'OfferState' });

export type OfferState = z.infer<typeof OfferStateSchema>;
