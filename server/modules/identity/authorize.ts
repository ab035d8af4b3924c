import type { Permission } from '#contract/permissions.ts';
import type { Principal } from '#platform/http/principal.ts';
import type { IdentityContext } from './ports.ts';

export type Authorization = { readonly ok: true } | { readonly ok: false; readonly because: string };

/** The one place where a right is checked. Denied unless held; every refusal is recorded before it is answered. */
export async function authorize(
  { database, trail }: Pick<IdentityContext, 'database' | 'trail'>,
  principal: Principal,
  permission: Permission,
  ip?: string,
): Promise<Authorization> {
  if (principal.kind !== 'recipient' && principal.permissions.has(permission)) return { ok: true };
  const { organizationId, actor } = principal;
  await database.inTenant(organizationId, (tx) =>
    trail.permissionRefused(tx, { actor, ip }, { organizationId, permission }),
  );
  return { ok: false, because: `This needs the right "${permission}". Ask your administrator for it.` };
}
