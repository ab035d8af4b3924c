import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { LabAuthority } from '../authority/lab-authority.ts';
import type { LabDomain } from './lab-domain.ts';

/** Serves `https://mta-sts.<domain>/.well-known/mta-sts.txt` for the domains that have a policy (RFC 8461 §3.3). */
export async function startPolicyHost(
  domains: readonly LabDomain[],
  at: { address: string; port: number },
  authority: LabAuthority,
): Promise<AsyncDisposable & { port: number }> {
  const policies = new Map(
    domains.flatMap((domain) =>
      domain.mtaSts === undefined ? [] : [[`mta-sts.${domain.name}`, policyText(domain.mtaSts)]],
    ),
  );
  const contexts = new Map<string, ReturnType<typeof createSecureContext>>();
  for (const host of policies.keys()) contexts.set(host, createSecureContext(await authority.issue(host)));

  const server = createServer({
    SNICallback: (name, done) => done(null, contexts.get(name)),
  });
  server.on('request', (request, response) => {
    const policy = policies.get(request.headers.host?.split(':')[0] ?? '');
    if (request.url !== '/.well-known/mta-sts.txt' || policy === undefined)
      return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain' }).end(policy);
  });
  server.listen(at.port, at.address);
  await once(server, 'listening');
  return { port: portOf(server), [Symbol.asyncDispose]: () => close(server) };
}

function policyText(policy: NonNullable<LabDomain['mtaSts']>): string {
  const lines = [
    'version: STSv1',
    `mode: ${policy.mode}`,
    ...policy.mx.map((host) => `mx: ${host}`),
    'max_age: 86400',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the policy host has no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
}
