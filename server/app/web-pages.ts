import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CarepostError } from '#platform/errors.ts';

const built = join(import.meta.dirname, '../../dist/web');

class WebNotBuilt extends CarepostError<'web-not-built'> {}

/** Names with a hash of their content never change. */
const forEver = 'public, max-age=31536000, immutable';

const assetName = /^[\w-][\w.-]*$/;

/**
 * Serves the two web apps: the portal under /p/… and /portal, the workspace everywhere else that is not
 * an API. Every path of an app answers with its one page; the page routes.
 */
export async function serveWebPages(server: FastifyInstance, from = built): Promise<void> {
  await access(join(from, 'workspace/index.html')).catch(() => {
    throw new WebNotBuilt('web-not-built', 'The web pages are not built. Run: npm run build');
  });
  await server.register(fastifyStatic, {
    root: from,
    serve: false,
    cacheControl: false,
    preCompressed: true, // by scripts/build-web.ts
    // Here and not with the request: a cache must not keep for ever that something is not there.
    setHeaders(reply, path) {
      if (/\/index\.html(?:\.\w+)?$/.test(path)) reply.header('cache-control', 'no-store');
      else reply.headers({ 'cache-control': forEver, vary: 'accept-encoding' });
    },
  });
  const page = (app: 'workspace' | 'portal') => async (_: FastifyRequest, reply: FastifyReply) =>
    reply.sendFile(`${app}/index.html`);
  const asset =
    (app: 'workspace' | 'portal') =>
    async (request: FastifyRequest<{ Params: { '*': string } }>, reply: FastifyReply) => {
      const { '*': name } = request.params;
      return assetName.test(name) ? reply.sendFile(`${app}/assets/${name}`) : reply.callNotFound();
    };

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
