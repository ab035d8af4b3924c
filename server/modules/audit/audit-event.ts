import type { OrganizationId, UserId } from '#contract/ids.ts';

/** Who did it. */
export type Actor =
  | { readonly kind: 'user'; readonly userId: UserId; readonly sessionId?: string } // a member of staff
  | { readonly kind: 'api-key'; readonly apiKeyId: string; readonly userId: UserId } // a program, for its owner
  | { readonly kind: 'recipient'; readonly recipientId: string } // a person outside, signed in to the portal
  | { readonly kind: 'system'; readonly part: string } // the server itself
  | { readonly kind: 'anonymous' }; // somebody who has not signed in

/** By whom, and from where as the server saw it, if that is known. */
export interface Doer {
  readonly actor: Actor;
  readonly ip?: string | undefined;
}

/** What it was done to. */
export interface Subject {
  /** 'message', 'user', 'domain' … */
  readonly type: string;
  readonly id: string;
}

export type FieldValue = string | number | boolean | null | readonly string[];

/** Something that happened, as its module tells it. */
export interface AuditEvent extends Doer {
  readonly organizationId: OrganizationId;
  /** Noun and what happened, e.g. 'message.opened'. Stored in the clear: never a person. */
  readonly kind: string;
  readonly subject?: Subject | undefined;
  /** May hold patient data: sealed at rest. */
  readonly fields?: Readonly<Record<string, FieldValue>> | undefined;
}

/** The part of an event that is sealed, and that its salted commitment covers. */
export type EventBody = Pick<AuditEvent, 'actor' | 'subject' | 'fields' | 'ip'>;
