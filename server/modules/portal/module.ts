import type { RecipientPrincipal } from '#platform/http/principal.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import type { PortalPorts } from './ports.ts';
import { deleteOldCounts } from './request-limit.ts';
import { portalRoutes } from './routes.ts';
import { deleteEndedSessions } from './session-store.ts';
import { authenticate } from './sign-in.ts';

export interface PortalModule {
  /** Who calls by portal cookie; undefined when nobody is signed in by it. */
  authenticate(credentials: {
    readonly portalToken: string | undefined;
    readonly passive: boolean;
  }): Promise<RecipientPrincipal | undefined>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

const sweepEveryMs = 300_000;

export function createPortalModule(ports: PortalPorts): PortalModule {
  const { database, clock, log } = ports;

  const sweep = (): Promise<number> =>
    database.acrossTenants(
      async (tx) => (await deleteEndedSessions(tx, clock.now())) + (await deleteOldCounts(tx, clock.now())),
    );

  return {
    authenticate: ({ portalToken, passive }) => authenticate(ports, portalToken, passive),
    routes: portalRoutes(ports),
    loops: [createLoop({ name: 'portal.sweep', everyMs: sweepEveryMs, runOnce: sweep, log })],
  };
}
