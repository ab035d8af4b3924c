import * as z from 'zod';

/** The states of a delivery, each with what it means to the sender. */
export const deliveryStateMeanings = {
  held: 'kept until a person releases it',
  queued: 'waiting for its first attempt',
  attempting: 'being handed over just now',
  deferred: 'not accepted yet; will be tried again',
  uncertain: 'the connection was lost after the last byte: it may or may not have arrived',
  delivered: "accepted by the recipient's mail server, or placed in a mailbox of this server",
  offered: 'waiting in the portal; the notice is on its way',
  notified: 'waiting in the portal; the notice has been accepted',
  opened: 'opened in the portal',
  replied: 'answered in the portal',
  bounced: 'refused, or given up',
  expired: 'no longer available: its time ran out',
  revoked: 'taken back by the sender',
  blocked: 'stopped by a rule',
} as const satisfies Record<string, string>;

export type DeliveryState = keyof typeof deliveryStateMeanings;

/** In the order of a journey. */
export const deliveryStates = Object.keys(deliveryStateMeanings) as [DeliveryState, ...DeliveryState[]];

export const DeliveryStateSchema = z.enum(deliveryStates).meta({ id: 'DeliveryState' });

export const RecipientKindSchema = z.enum(['to', 'cc', 'bcc']).meta({ id: 'RecipientKind' });

export type RecipientKind = z.infer<typeof RecipientKindSchema>;
