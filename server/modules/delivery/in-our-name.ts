import { domainOf } from '#protocols/mime/index.ts';
import type { DeliveryGroup } from './group-deliveries.ts';
import type { DeliveryPorts } from './ports.ts';
import { mintReturnPath } from './return-path.ts';

type Ports = Pick<DeliveryPorts, 'domains' | 'keyring' | 'clock'>;

/**
 * What goes out in our name: the message DKIM-signed, and an envelope sender that only we can make, so that what
 * comes back is believed and finds its delivery. What others wrote and we pass on stays as it came, with what we found
 * out about it sealed (ARC).
 */
export async function inOurName(
  ports: Ports,
  group: DeliveryGroup,
  message: Buffer,
): Promise<{ readonly content: Buffer; readonly returnPath: string }> {
  if (group.deliveries.some(({ purpose }) => purpose === 'forward'))
    return {
      content: await ports.domains.seal(group.organizationId, group.domain, message),
      returnPath: group.returnPath,
    };
  return {
    content: await ports.domains.sign(group.organizationId, message),
    returnPath: await signedReturnPath(ports, group),
  };
}

/** Where mail for the sender's domain does not come to this server, the return path stays as it was given. */
async function signedReturnPath(
  { domains, keyring, clock }: Ports,
  { organizationId, returnPath, deliveries }: DeliveryGroup,
): Promise<string> {
  const domain = domainOf(returnPath);
  const [first] = deliveries;
  if (domain === null || first === undefined || !(await domains.returnsHere(organizationId, domain)))
    return returnPath;
  const claim = { kind: deliveries.length === 1 ? 'one' : 'group', deliveryId: first.deliveryId } as const;
  return mintReturnPath(keyring, organizationId, claim, { domain, now: clock.now() });
}
