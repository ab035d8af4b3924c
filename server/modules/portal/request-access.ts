import { setTimeout as delay } from 'node:timers/promises';
import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import type { PortalPorts } from './ports.ts';
import { countRequest } from './request-limit.ts';

/** Writing a letter takes some time, having nothing to write takes none: the answer comes no sooner than this. */
const answerAfterMs = 400;

/**
 * A lost notice never loses a message: whoever names an organisation and their address gets a new link by
 * mail, if there is anything for them. The caller learns nothing, not even whether the organisation exists:
 * the answer is the same, after the same time.
 */
export async function requestNewLink(
  ports: PortalPorts,
  { organizationSlug, address }: { organizationSlug: string; address: string },
  ip: string,
): Promise<void> {
  await countRequest(ports, 'access', ip);
  await countRequest(ports, 'accessFor', `${organizationSlug} ${normalizeAddress(address)}`);
  // Side by side: the time that passes is the longer of the two, whatever is found.
  await Promise.all([
    delay(ports.answerAfterMs ?? answerAfterMs),
    writeIfKnown(ports, organizationSlug, address),
  ]);
}

async function writeIfKnown(ports: PortalPorts, organizationSlug: string, address: string): Promise<void> {
  if (parseAddress(address.trim()) === null) return;
  const organization = await ports.organizations.findBySlug(organizationSlug);
  if (organization === null) return;
  const { organizationId } = organization;
  await ports.database.inTenant(organizationId, (tx) =>
    ports.pickup.requestAccess(tx, organizationId, address.trim()),
  );
}
