import type { Recipient } from '#modules/sending/index.ts';
import type { IntakeReceipt } from '#modules/messages/index.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';

/** Who of the envelope stands in To, who in Cc; everybody else is a blind copy. Each address once. */
export function recipientsOf(envelope: readonly string[], { to, cc }: IntakeReceipt['headers']): Recipient[] {
  const inTo = new Set(to.map(({ address }) => normalizeAddress(address)));
  const inCc = new Set(cc.map(({ address }) => normalizeAddress(address)));
  const unique = new Map(envelope.map((address) => [normalizeAddress(address), address]));
  return [...unique].map(([key, address]) => ({
    address,
    kind: inTo.has(key) ? 'to' : inCc.has(key) ? 'cc' : 'bcc',
  }));
}
