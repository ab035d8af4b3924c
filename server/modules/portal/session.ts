import type { OrganizationId, RecipientId, SessionId } from '#contract/ids.ts';

/** 45 CFR 164.312(a)(2)(iii): fixed here, since recipients share computers more than staff do. */
export const sessionRules = { idleMinutes: 15, absoluteHours: 8 } as const;

export interface PortalSession {
  readonly organizationId: OrganizationId;
  readonly sessionId: SessionId;
  readonly recipientId: RecipientId;
  readonly lastSeenAt: Date;
  /** Whatever is done. */
  readonly endsAt: Date;
}

const minute = 60_000;

export function isAlive(
  { lastSeenAt, endsAt }: Pick<PortalSession, 'lastSeenAt' | 'endsAt'>,
  now: Date,
): boolean {
  return endsAt > now && lastSeenAt.getTime() + sessionRules.idleMinutes * minute > now.getTime();
}

export const endOf = (start: Date): Date =>
  new Date(start.getTime() + sessionRules.absoluteHours * 60 * minute);
