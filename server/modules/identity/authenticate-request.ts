import type { StaffPrincipal } from '#platform/http/principal.ts';
import { authenticateApiKey } from './authenticate-api-key.ts';
import { authenticateSession } from './authenticate-session.ts';
import type { IdentityContext } from './ports.ts';

export interface RequestCredentials {
  /** The value of the session cookie. */
  readonly sessionToken: string | undefined;
  /** What follows `Authorization: Bearer`. */
  readonly bearer: string | undefined;
  readonly ip: string;
  /** The page called by itself: this is no activity of a person. */
  readonly passive: boolean;
}

/**
 * Who calls, or undefined. A request with a key is judged by the key alone: a cookie beside it, which a
 * browser may have added, gives it nothing.
 */
export async function authenticateRequest(
  context: Pick<IdentityContext, 'database' | 'clock' | 'organizations' | 'trail'>,
  { sessionToken, bearer, ip, passive }: RequestCredentials,
): Promise<StaffPrincipal | undefined> {
  if (bearer !== undefined) return authenticateApiKey(context, bearer);
  if (sessionToken === undefined) return undefined;
  return authenticateSession(context, { token: sessionToken, passive, ip });
}
