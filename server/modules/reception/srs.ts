import { createSecretKey } from 'node:crypto';
import type { OrganizationId } from '#contract/ids.ts';
import { isRewritten, restoreSender, rewriteSender, type SrsOptions } from '#protocols/srs/index.ts';
import type { ReceptionPorts } from './ports.ts';

type Ports = Pick<ReceptionPorts, 'keyring' | 'clock'>;

/** A key for each organisation; that of one domain does not speak for another, for the domain is in the hash. */
async function optionsFor(
  { keyring, clock }: Ports,
  organizationId: OrganizationId,
  domain: string,
): Promise<SrsOptions> {
  const key = createSecretKey(await keyring.blindIndex(organizationId, 'reception.srs', 'key'));
  return { domain, key, now: clock.now() };
}

/**
 * The envelope sender of what an address at `domain` forwards. Empty where there was none, and where it fits into no
 * such address: then reports have no way back.
 */
export async function forwardingSender(
  ports: Ports,
  organizationId: OrganizationId,
  domain: string,
  sender: string,
): Promise<string> {
  return rewriteSender(sender, await optionsFor(ports, organizationId, domain)) ?? '';
}

/** Who stands behind a local part at a domain of the organisation: null for an ordinary one, 'unknown' for one that was not made here, or more than 21 days ago. */
export async function originalSender(
  ports: Ports,
  organizationId: OrganizationId,
  domain: string,
  localPart: string,
): Promise<{ readonly address: string } | 'unknown' | null> {
  if (!isRewritten(localPart)) return null;
  const restored = restoreSender(localPart, await optionsFor(ports, organizationId, domain));
  return restored.ok ? restored : 'unknown';
}
