import type { MessageCategory } from '#contract/messages.ts';

/** How a kind of mail is driven. One table: nothing else knows these numbers. */
export interface Lane {
  /** Lower goes first when attempts compete. */
  readonly priority: number;
  /** Minutes from one attempt to the next; the last repeats. RFC 5321 §4.5.4.1 asks for 30 after the first few. */
  readonly retryMinutes: readonly number[];
  /** Hours from acceptance to giving up. RFC 5321 §4.5.4.1 speaks of 4–5 days; care cannot wait that long unnoticed. */
  readonly giveUpHours: number;
  /** A connection lost after the last byte: again under the same Message-ID, or wait for a person. */
  readonly whenUncertain: 'retry' | 'hold';
}

const backoff = [1, 5, 15, 30, 60, 120, 240] as const;

export const lanes = {
  code: { priority: 0, retryMinutes: [0.25, 0.5, 1], giveUpHours: 1 / 6, whenUncertain: 'retry' },
  notice: { priority: 1, retryMinutes: backoff, giveUpHours: 48, whenUncertain: 'retry' },
  care: { priority: 2, retryMinutes: backoff, giveUpHours: 48, whenUncertain: 'retry' },
  appointment: { priority: 3, retryMinutes: backoff, giveUpHours: 48, whenUncertain: 'retry' },
  billing: { priority: 4, retryMinutes: backoff, giveUpHours: 72, whenUncertain: 'retry' },
  administrative: { priority: 4, retryMinutes: backoff, giveUpHours: 72, whenUncertain: 'retry' },
  marketing: { priority: 6, retryMinutes: [15, 30, 60, 120, 240], giveUpHours: 72, whenUncertain: 'hold' },
} as const satisfies Record<string, Lane>;

export type LaneName = keyof typeof lanes;

const laneByCategory = {
  clinical: 'care',
  'lab-result': 'care',
  appointment: 'appointment',
  billing: 'billing',
  administrative: 'administrative',
  internal: 'administrative',
  marketing: 'marketing',
} as const satisfies Record<MessageCategory, LaneName>;

export const laneOf = (category: MessageCategory): LaneName => laneByCategory[category];

const minute = 60_000;

/** When to try again after `attempts` attempts (1 or more); undefined when that would be past giving up. */
export function nextAttemptAt(lane: LaneName, attempts: number, now: Date, giveUpAt: Date): Date | undefined {
  const { retryMinutes }: Lane = lanes[lane];
  const minutes = retryMinutes[Math.min(attempts, retryMinutes.length) - 1] ?? 1;
  const at = new Date(now.getTime() + minutes * minute);
  return at <= giveUpAt ? at : undefined;
}

export function giveUpAt(lane: LaneName, from: Date): Date {
  return new Date(from.getTime() + lanes[lane].giveUpHours * 60 * minute);
}
