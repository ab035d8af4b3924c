import type { OrganizationId } from '#contract/ids.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { Recipient } from './command.ts';
import type { SendingPorts } from './ports.ts';

/** A recipient as its sender named it, and those whom its address leads to: itself where that does not forward. */
export interface Forwarded {
  readonly recipient: Recipient;
  /** At least one. */
  readonly ends: readonly Recipient[];
}

/**
 * What people of an organisation write to its own addresses that forward goes to each target as if they had written
 * there: decided about, protected and reported by itself.
 */
export async function forwardRecipients(
  { domains }: Pick<SendingPorts, 'domains'>,
  organizationId: OrganizationId,
  recipients: readonly Recipient[],
): Promise<Forwarded[]> {
  return Promise.all(
    recipients.map(async (recipient) => {
      const ends = await domains.forwardingEnds(organizationId, recipient.address);
      return { recipient, ends: ends?.map(({ to }) => ({ ...recipient, address: to })) ?? [recipient] };
    }),
  );
}

/** Whom a message goes to in the end, each once. */
export function endsOf(forwarded: readonly Forwarded[]): Recipient[] {
  const ends = new Map<string, Recipient>();
  for (const end of forwarded.flatMap((each) => each.ends)) {
    const key = normalizeAddress(end.address);
    if (!ends.has(key)) ends.set(key, end);
  }
  return [...ends.values()];
}
