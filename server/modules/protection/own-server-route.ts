import { createHash } from 'node:crypto';
import type { Resolver } from '#platform/dns/index.ts';
import type { MailRoute } from './mail-route.ts';

/** The way to the organisation's own server behind us: by its name, whatever the MX record says, which names us. */
export async function ownServerRoute(
  resolver: Pick<Resolver, 'addresses'>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MailRoute> {
  const answer = await resolver.addresses(host);
  if (answer.kind !== 'found')
    return { temporary: "The address of the organisation's own mail server could not be found." };
  return {
    hosts: [{ host, preference: 0, addresses: answer.records, port }],
    destinationKey: createHash('sha256').update(`own ${host} ${port}`).digest('base64url').slice(0, 22),
    mxProof: 'none',
  };
}
