import type { Route } from '#platform/http/route.ts';
import type { IdentityContext } from './ports.ts';
import { secretRoutes } from './secret-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { userRoutes } from './user-routes.ts';

export function identityRoutes(context: IdentityContext): Route[] {
  return [...sessionRoutes(context), ...userRoutes(context), ...secretRoutes(context)];
}
