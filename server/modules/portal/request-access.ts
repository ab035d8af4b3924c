import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import type { PortalPorts } from './ports.ts';
import { countRequest } from './request-limit.ts';

/**
 * A lost notice never loses a message: whoever names an organisation and their address gets a new link by
 * mail, if there is anything for them. The caller learns nothing, not even whether the organisation exists.
 */
export async function requestNewLink(
  ports: PortalPorts,
  { organizationSlug, address }: { organizationSlug: string; address: string },
  ip: string,
): Promise<void> {
  await countRequest(ports, 'access', ip);
  await countRequest(ports, 'accessFor', `${organizationSlug} ${normalizeAddress(address)}`);
  if (parseAddress(address.trim()) === null) return;
  const organization = (await ports.organizations.list()).find(({ slug }) => slug === organizationSlug);
  if (organization === undefined) return;
  await ports.database.inTenant(organization.organizationId, (tx) =>
    ports.pickup.requestAccess(tx, organization.organizationId, address.trim()),
  );
}
