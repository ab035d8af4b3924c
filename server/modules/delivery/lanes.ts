import type { DeliveryId } from '#contract/ids.ts';
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
  /** Hours after which the sender is told that it still waits; null: it is not, the timeline says so. */
  readonly tellAfterHours: number | null;
}

const backoff = [1, 5, 15, 30, 60, 120, 240] as const;

export const lanes = {
  code: {
    priority: 0,
    retryMinutes: [0.25, 0.5, 1],
    giveUpHours: 1 / 6,
    whenUncertain: 'retry',
    tellAfterHours: null,
  },
  notice: {
    priority: 1,
    retryMinutes: backoff,
    giveUpHours: 48,
    whenUncertain: 'retry',
    tellAfterHours: null,
  },
  care: { priority: 2, retryMinutes: backoff, giveUpHours: 48, whenUncertain: 'retry', tellAfterHours: 1 },
  appointment: {
    priority: 3,
    retryMinutes: backoff,
    giveUpHours: 48,
    whenUncertain: 'retry',
    tellAfterHours: 4,
  },
  billing: {
    priority: 4,
    retryMinutes: backoff,
    giveUpHours: 72,
    whenUncertain: 'retry',
    tellAfterHours: 24,
  },
  administrative: {
    priority: 4,
    retryMinutes: backoff,
    giveUpHours: 72,
    whenUncertain: 'retry',
    tellAfterHours: 4,
  },
  marketing: {
    priority: 6,
    retryMinutes: [15, 30, 60, 120, 240],
    giveUpHours: 72,
    whenUncertain: 'hold',
    tellAfterHours: null,
  },
  journal: {
    priority: 7,
    retryMinutes: backoff,
    giveUpHours: 120,
    whenUncertain: 'retry',
    tellAfterHours: null,
  },
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

/** Largest part of a wait that is added to it, so that what failed together is not tried again together. */
const jitter = 0.2;

/** From one attempt to the next, at most. */
export const longestWaitMs =
  Math.max(...Object.values(lanes).flatMap(({ retryMinutes }): readonly number[] => retryMinutes)) *
  (1 + jitter) *
  minute;

/** The priorities that there are, first one first. */
export const priorities: readonly number[] = [
  ...new Set(Object.values(lanes).map(({ priority }): number => priority)),
].toSorted((a, b) => a - b);

/** From 0 to below 1, always the same for one delivery: the last digits of its id are random. */
export const spreadOf = (deliveryId: DeliveryId): number =>
  Number.parseInt(deliveryId.slice(-4), 16) / 0x10000;

/** When to try again after `attempts` attempts (1 or more); undefined when that would be past giving up. */
export function nextAttemptAt(
  lane: LaneName,
  attempts: number,
  now: Date,
  giveUpAt: Date,
  spread = 0,
): Date | undefined {
  const { retryMinutes }: Lane = lanes[lane];
  const minutes = retryMinutes[Math.min(attempts, retryMinutes.length) - 1] ?? 1;
  const at = new Date(now.getTime() + minutes * minute * (1 + jitter * spread));
  return at <= giveUpAt ? at : undefined;
}

/** When the sender is told of a wait that began at `from`; undefined: never. */
export function tellAt(lane: LaneName, from: Date): Date | undefined {
  const { tellAfterHours }: Lane = lanes[lane];
  return tellAfterHours === null ? undefined : new Date(from.getTime() + tellAfterHours * 60 * minute);
}

export function giveUpAt(lane: LaneName, from: Date): Date {
  return new Date(from.getTime() + lanes[lane].giveUpHours * 60 * minute);
}
