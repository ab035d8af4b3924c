import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '#platform/clock/clock.ts';
import type { Lab } from '../lab.ts';
import type { LabPartners } from '../partners/lab-partners.ts';
import type { LabCredentials } from '../seed/credentials.ts';
import { inboxPage } from './inbox-page.ts';
import { inboxesPage, type SubmissionPorts } from './inboxes-page.ts';
import { serversPage } from './servers-page.ts';

export interface LabPagePorts {
  readonly lab: Pick<Lab, 'domains' | 'inbox'>;
  readonly partners?: Pick<LabPartners, 'open'>;
  readonly clock: Clock;
  /** Shown to whoever opens the lab. */
  readonly credentials: LabCredentials | null;
  /** Default: those of the configuration's defaults. */
  readonly submission?: SubmissionPorts;
}

/** The lab's pages, under /lab. */
export function registerLabPages(
  server: FastifyInstance,
  { lab, partners, clock, credentials, submission = { startTls: 2587, implicitTls: 2465 } }: LabPagePorts,
): void {
  server.get('/lab', async (_, reply) =>
    page(reply, inboxesPage(lab.inbox, credentials, submission, clock.now())),
  );
  server.get('/lab/servers', async (_, reply) =>
    page(reply, serversPage(lab.domains, lab.inbox, clock.now())),
  );
  server.get<{ Querystring: { address?: string } }>('/lab/inbox', async (request, reply) => {
    const { address = '' } = request.query;
    return page(reply, await inboxPage(address, lab.inbox.messagesFor(address), clock.now(), partners));
  });
  server.get('/lab/lab.css', async (_, reply) => asset(reply, 'text/css; charset=utf-8', 'lab.css'));
  server.get('/lab/lab.js', async (_, reply) => asset(reply, 'text/javascript; charset=utf-8', 'lab.js'));
}

function page(reply: FastifyReply, markup: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(markup);
}

async function asset(reply: FastifyReply, type: string, name: string): Promise<FastifyReply> {
  return reply
    .header('cache-control', 'no-cache')
    .type(type)
    .send(await readFile(join(import.meta.dirname, name)));
}
