import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CarepostError } from '#platform/errors.ts';

const built = join(import.meta.dirname, '../../dist/web');

class WebNotBuilt extends CarepostError<'web-not-built'> {}

/** Names with a hash of their content never change. */
const forEver = 'public, max-age=31536000, immutable';

/**
 * Serves the two web apps: the portal under /p/… and /portal, the workspace everywhere else that is not
 * an API. Every path of an app answers with its one page; the page routes.
 */
export async function serveWebPages(server: FastifyInstance): Promise<void> {
  await access(join(built, 'workspace/index.html')).catch(() => {
    throw new WebNotBuilt('web-not-built', 'The web pages are not built. Run: npm run build');
  });
  await server.register(fastifyStatic, {
    root: built,
    serve: false,
    cacheControl: false,
    preCompressed: true, // by scripts/build-web.ts
  });
  const page = (app: 'workspace' | 'portal') => async (_: FastifyRequest, reply: FastifyReply) =>
    reply.header('cache-control', 'no-store').sendFile(`${app}/index.html`);
  const asset =
    (app: 'workspace' | 'portal') =>
    async (request: FastifyRequest<{ Params: { '*': string } }>, reply: FastifyReply) =>
      reply
        .headers({ 'cache-control': forEver, vary: 'accept-encoding' })
        .sendFile(`${app}/assets/${request.params['*']}`);

  server.get('/portal/assets/*', asset('portal'));
  server.get('/p/:token', page('portal'));
  server.get('/portal', page('portal'));
  server.get('/portal/*', page('portal'));
  server.get('/assets/*', asset('workspace'));
  server.get('/', page('workspace'));
  for (const path of ['mail', 'settings', 'administration', 'sign-in', 'signed-out']) {
    server.get(`/${path}`, page('workspace'));
    server.get(`/${path}/*`, page('workspace'));
  }
}
