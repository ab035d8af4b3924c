import { randomInt } from 'node:crypto';
import { codeDigits } from '#contract/pickup.ts';

/** The rules of one-time codes, apart from where they are kept. */
export const verificationRules = {
  codeMinutes: 10,
  wrongAnswers: 5,
  lockMinutes: 15,
  /** Shortest time between two codes. */
  resendSeconds: 30,
  codesPerHour: 6,
} as const;

export interface Verification {
  /** Keyed digest of the code; null once it is used up. */
  readonly codeIndex: Buffer | null;
  readonly expiresAt: Date;
  /** Counted over all codes since the last success or lock: a new code gives no new tries. */
  readonly wrongAnswers: number;
  readonly lockedUntil: Date | null;
  readonly sentAt: Date;
  readonly sentInWindow: number;
  readonly windowStartedAt: Date;
}

export type CodeRequest =
  | { readonly granted: true; readonly verification: Verification }
  | {
      readonly granted: false;
      readonly because: 'locked' | 'too-soon' | 'too-many';
      readonly retryAfterSeconds: number;
    };

export type CodeAnswer =
  | 'confirmed'
  | 'wrong'
  | 'wrong-and-locked' // this answer was the last one allowed
  | 'locked'
  | 'expired'; // or none was asked for

const hour = 3_600_000;
const after = (from: Date, milliseconds: number): Date => new Date(from.getTime() + milliseconds);
const secondsUntil = (at: Date, now: Date): number => Math.ceil((at.getTime() - now.getTime()) / 1000);

/** Six digits from the system's generator. */
export function mintCode(): string {
  return randomInt(10 ** codeDigits)
    .toString()
    .padStart(codeDigits, '0');
}

/** May a new code be mailed now? */
export function requestCode(before: Verification | undefined, codeIndex: Buffer, now: Date): CodeRequest {
  if (before?.lockedUntil != null && before.lockedUntil > now) {
    return { granted: false, because: 'locked', retryAfterSeconds: secondsUntil(before.lockedUntil, now) };
  }
  const nextAt = before === undefined ? now : after(before.sentAt, verificationRules.resendSeconds * 1000);
  if (nextAt > now)
    return { granted: false, because: 'too-soon', retryAfterSeconds: secondsUntil(nextAt, now) };
  const windowEnds = before === undefined ? now : after(before.windowStartedAt, hour);
  const sameWindow = before !== undefined && windowEnds > now;
  if (sameWindow && before.sentInWindow >= verificationRules.codesPerHour) {
    return { granted: false, because: 'too-many', retryAfterSeconds: secondsUntil(windowEnds, now) };
  }
  return {
    granted: true,
    verification: {
      codeIndex,
      expiresAt: after(now, verificationRules.codeMinutes * 60_000),
      wrongAnswers: before === undefined || before.lockedUntil !== null ? 0 : before.wrongAnswers,
      lockedUntil: null,
      sentAt: now,
      sentInWindow: sameWindow ? before.sentInWindow + 1 : 1,
      windowStartedAt: sameWindow ? before.windowStartedAt : now,
    },
  };
}

/** What an answer is worth, and what must be kept of it. `matches`: the digest of the answer equals the kept one. */
export function answerCode(
  before: Verification | undefined,
  matches: boolean,
  now: Date,
): { answer: CodeAnswer; verification?: Verification } {
  if (before === undefined) return { answer: 'expired' };
  if (before.lockedUntil !== null && before.lockedUntil > now) return { answer: 'locked' };
  if (before.codeIndex === null || before.expiresAt <= now) return { answer: 'expired' };
  if (matches)
    return {
      answer: 'confirmed',
      verification: { ...before, codeIndex: null, wrongAnswers: 0, lockedUntil: null },
    };
  const wrongAnswers = before.wrongAnswers + 1;
  if (wrongAnswers < verificationRules.wrongAnswers)
    return { answer: 'wrong', verification: { ...before, wrongAnswers } };
  return {
    answer: 'wrong-and-locked',
    verification: {
      ...before,
      codeIndex: null,
      wrongAnswers,
      lockedUntil: after(now, verificationRules.lockMinutes * 60_000),
    },
  };
}
