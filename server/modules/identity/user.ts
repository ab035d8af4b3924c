import type { OrganizationId, UserId } from '#contract/ids.ts';
import type { UserState } from '#contract/identity.ts';
import type { MessageCategory } from '#contract/messages.ts';
import { roleCategories, rolePermissions, type Permission, type Role } from '#contract/permissions.ts';

/** A member of staff, or a service that acts as one. */
export interface User {
  readonly userId: UserId;
  readonly organizationId: OrganizationId;
  readonly displayName: string;
  /** Sign-in name and mail address. */
  readonly email: string;
  readonly role: Role;
  readonly state: UserState;
  readonly createdAt: Date;
}

/** What the role allows; nothing for a disabled user. */
export function permissionsOf({ role, state }: Pick<User, 'role' | 'state'>): ReadonlySet<Permission> {
  return state === 'active' ? rolePermissions[role] : new Set();
}

/** The categories that the role may send; nothing for a disabled user. */
export function categoriesOf({ role, state }: Pick<User, 'role' | 'state'>): ReadonlySet<MessageCategory> {
  return state === 'active' ? roleCategories[role] : new Set();
}
