import { isAscii } from 'node:buffer';
import { domainOf } from '#protocols/mime/index.ts';
import type { Onward } from './delivery.ts';
import type { DeliveryGroup } from './group-deliveries.ts';
import type { DeliveryPorts } from './ports.ts';
import { mintReturnPath } from './return-path.ts';

type Ports = Pick<DeliveryPorts, 'domains' | 'keyring'>;

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
    return { content: await passedOn(ports, group, message), returnPath: group.returnPath };
  return {
    content: await ports.domains.sign(group.organizationId, message),
    returnPath: await signedReturnPath(ports, group),
  };
}

/** Sealed by the domain that it was sent to: of the own server that is the recipient's, of a stranger never. */
async function passedOn(
  { domains }: Ports,
  { organizationId, domain, onward }: DeliveryGroup,
  message: Buffer,
): Promise<Buffer> {
  const sealed = await domains.seal(organizationId, sealerOf(onward) ?? domain, message);
  if (onward?.kind !== 'forwarding' || !isAscii(Buffer.from(onward.address))) return sealed;
  return Buffer.concat([Buffer.from(`Delivered-To: ${onward.address}\r\n`), sealed]); // RFC 9228: how a loop is seen
}

function sealerOf(onward: Onward | null): string | null {
  if (onward === null) return null;
  return onward.kind === 'forwarding' ? domainOf(onward.address) : onward.domain;
}

/** Where mail for the sender's domain does not come to this server, the return path stays as it was given. */
async function signedReturnPath(
  { domains, keyring }: Ports,
  { organizationId, returnPath, deliveries }: DeliveryGroup,
): Promise<string> {
  const domain = domainOf(returnPath);
  const [first] = deliveries;
  if (domain === null || first === undefined || !(await domains.returnsHere(organizationId, domain)))
    return returnPath;
  const claim = { kind: deliveries.length === 1 ? 'one' : 'group', deliveryId: first.deliveryId } as const;
  return mintReturnPath(keyring, organizationId, claim, { domain, lastTry: first.giveUpAt });
}
