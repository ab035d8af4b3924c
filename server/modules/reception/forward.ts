import type { ForwardingId } from '#contract/ids.ts';
import type { NewDelivery } from '#modules/delivery/index.ts';
import { domainOf } from '#protocols/mime/index.ts';
import { passedOn, type PassedOn } from './pass-on.ts';
import type { ReceptionPorts } from './ports.ts';
import { forwardingSender } from './srs.ts';

/** One target of an address that forwards. */
export interface Forward {
  readonly forwardingId: ForwardingId;
  /** The address that forwards, and the target. */
  readonly from: string;
  readonly to: string;
  /** It is an address of the organisation that nobody has any more. */
  readonly isGone?: true;
}

/** A report is on its way back: to who sent what an address at `domain` forwarded. */
export interface Returning {
  readonly domain: string;
  readonly to: string;
  /** Whom the message did not get to, as the report names them; absent before it is read. */
  readonly failed?: readonly string[];
}

/** What of a received message goes on to people elsewhere. */
export interface Onwards {
  readonly forwards: readonly Forward[];
  /** It is proven that its envelope sender sent it: then they hear when it cannot be forwarded. */
  readonly senderProven: boolean;
  readonly returning: Returning | null;
}

/** One delivery a target, with an envelope sender that leads back, under verified TLS or not at all. */
export async function forwardsOf(
  ports: Pick<ReceptionPorts, 'keyring' | 'clock'>,
  message: Omit<PassedOn, 'addresses'> & Partial<Onwards>,
): Promise<NewDelivery[]> {
  const { organizationId, envelopeFrom, forwards = [], senderProven = false, returning = null } = message;
  const reportTo = senderProven && envelopeFrom !== '' ? envelopeFrom : null;
  const deliveries = await Promise.all(
    forwards.map(async ({ forwardingId, from, to, isGone }): Promise<NewDelivery> => {
      const sender = await forwardingSender(ports, organizationId, domainOf(from) ?? '', envelopeFrom);
      return {
        ...passedOn(message, to),
        returnPath: sender,
        onward: { kind: 'forwarding', forwardingId, address: from, reportTo },
        ...(isGone && { state: 'bounced', reason: 'mailbox-unknown-here' }),
      };
    }),
  );
  if (returning === null) return deliveries;
  const { domain, to } = returning;
  const back: NewDelivery = {
    ...passedOn(message, to),
    returnPath: '',
    onward: { kind: 'returning', domain },
  };
  return [...deliveries, back];
}
