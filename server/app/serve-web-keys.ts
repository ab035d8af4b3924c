import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import type { Keys } from '#modules/protection/index.ts';

const Name = z.string().regex(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{32}$/);

/**
 * The keys of our people for others to find: a Web Key Directory, by both of its methods
 * (draft-koch-openpgp-webkey-service §3.1). Every domain of ours is served, whichever name was asked.
 */
export function serveWebKeys(server: FastifyInstance, keys: Pick<Keys, 'webKey'>): void {
  const base = '/.well-known/openpgpkey';

  async function answer(reply: FastifyReply, domain: string, hash: string): Promise<FastifyReply> {
    const name = Name.safeParse(hash);
    const key = name.success ? await keys.webKey(domain, name.data) : null;
    if (key === null) {
      reply.callNotFound();
      return reply;
    }
    return reply
      .type('application/octet-stream')
      .header('access-control-allow-origin', '*') // §3.1: programs in browsers ask as well
      .header('cache-control', 'public, max-age=3600')
      .send(key);
  }

  server.get<{ Params: { domain: string; hash: string } }>(`${base}/:domain/hu/:hash`, ({ params }, reply) =>
    answer(reply, params.domain, params.hash),
  );
  server.get<{ Params: { hash: string } }>(`${base}/hu/:hash`, ({ params, hostname }, reply) =>
    answer(reply, hostname, params.hash),
  );
  for (const path of [`${base}/policy`, `${base}/:domain/policy`])
    server.get(path, (_request, reply) => reply.type('text/plain').send('')); // §4.5: empty, but there
}
