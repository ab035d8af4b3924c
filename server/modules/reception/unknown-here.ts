import type { EmailAddress } from '#protocols/mime/index.ts';
import type { LocalUsers } from './local-users.ts';
import type { ReceptionPorts } from './ports.ts';

/** Whether mail to this address would end with us and find nobody. Domains whose mailboxes are elsewhere know their own. */
export async function isUnknownHere(
  { domains, localUsers }: Pick<ReceptionPorts, 'domains'> & { readonly localUsers: LocalUsers },
  { address, domain }: EmailAddress,
): Promise<boolean> {
  const served = await domains.findByName(domain);
  if (served?.receives !== true || served.destination !== null) return false;
  if (served.forwards && (await domains.forwardingAt(served.organizationId, address)) !== null) return false;
  return (await localUsers.find(address)) === null;
}
