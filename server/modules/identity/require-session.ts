import type { SessionId } from '#contract/ids.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { IdentityError } from './errors.ts';

/** For what a person does about themselves: a key that leaked must not make more secrets or change a password. */
export function requireSession(principal: StaffPrincipal): SessionId {
  if (principal.kind === 'user') return principal.id as SessionId;
  throw new IdentityError('session-required', 'An API key cannot do this. Sign in as its owner.');
}
