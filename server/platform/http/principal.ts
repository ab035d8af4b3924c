import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { Permission } from '#contract/permissions.ts';

/** Who calls. `id` names the session or key, for idempotency and for logs. */
export type Principal = StaffPrincipal | RecipientPrincipal;

export interface StaffPrincipal {
  readonly kind: 'user' | 'api-key';
  readonly organizationId: OrganizationId;
  readonly id: string;
  readonly userId: UserId;
  /** As the audit log names the caller. */
  readonly actor:
    | { readonly kind: 'user'; readonly userId: UserId; readonly sessionId?: string }
    | { readonly kind: 'api-key'; readonly apiKeyId: string; readonly userId: UserId };
  readonly permissions: ReadonlySet<Permission>;
}

/** A person outside, signed in to the portal of one organisation. */
export interface RecipientPrincipal {
  readonly kind: 'recipient';
  readonly organizationId: OrganizationId;
  readonly id: string;
  readonly recipientId: string;
  readonly actor: { readonly kind: 'recipient'; readonly recipientId: string };
}
