import type { DeliveryState } from '#contract/delivery.ts';

/** What may follow what. Everything else is refused. The words are in contract/delivery.ts. */
export const mayFollow = {
  held: ['queued', 'offered', 'delivered', 'blocked', 'expired', 'revoked'],
  queued: ['attempting', 'offered', 'held', 'expired', 'revoked'],
  attempting: ['delivered', 'deferred', 'uncertain', 'offered', 'bounced', 'expired', 'revoked', 'held'],
  deferred: ['attempting', 'offered', 'bounced', 'expired', 'revoked'],
  uncertain: ['attempting', 'delivered', 'bounced'],
  offered: ['notified', 'opened', 'replied', 'expired', 'revoked'],
  notified: ['opened', 'replied', 'expired', 'revoked'],
  opened: ['replied', 'expired', 'revoked'],
  replied: ['expired', 'revoked'],
  delivered: ['bounced'], // a server further on sent it back
  bounced: [],
  expired: [],
  revoked: [],
  blocked: [],
} as const satisfies Record<DeliveryState, readonly DeliveryState[]>;

/** Where a delivery may begin: the outcome of the decision. Bounced: it is known at once that nobody is there. */
export const firstStates = [
  'held',
  'queued',
  'offered',
  'delivered',
  'bounced',
  'blocked',
] as const satisfies readonly DeliveryState[];

export type FirstState = (typeof firstStates)[number];

export function canBecome(from: DeliveryState, to: DeliveryState): boolean {
  return (mayFollow[from] as readonly DeliveryState[]).includes(to);
}

/** The states from which `to` may be reached: the guard of every UPDATE. */
export function statesBefore(to: DeliveryState): DeliveryState[] {
  return (Object.keys(mayFollow) as DeliveryState[]).filter((from) => canBecome(from, to));
}

/** What the sender may do in which state. An attempt in progress can still be revoked until its last byte. */
export const senderMay = {
  revoke: ['held', 'queued', 'attempting', 'deferred', 'offered', 'notified', 'opened', 'replied'],
  remind: ['offered', 'notified', 'opened'],
  extend: ['offered', 'notified', 'opened', 'replied'],
} as const satisfies Record<string, readonly DeliveryState[]>;

export type SenderAction = keyof typeof senderMay;

export function actionsIn(state: DeliveryState): SenderAction[] {
  return (Object.keys(senderMay) as SenderAction[]).filter((action) =>
    (senderMay[action] as readonly DeliveryState[]).includes(state),
  );
}
