import type { Tx } from '#platform/database/database.ts';
import type { LetterKind } from './letter.ts';
import { insertLink } from './link-store.ts';
import { mintTenantToken } from './tenant-token.ts';
import { isAvailable, type Offer } from './offer.ts';
import type { PickupPorts } from './ports.ts';
import { writeLetter } from './write-letter.ts';

/** A link says why it leads nowhere for this long after its offer has ended. */
const explainsForDays = 30;
const day = 86_400_000;

export const linkExpiry = (offerExpiresAt: Date): Date =>
  new Date(offerExpiresAt.getTime() + explainsForDays * day);

/** Writes the notice of an offer, or a reminder, with a link of its own. Older links go on working. */
export async function writeNotice(
  tx: Tx,
  ports: PickupPorts,
  offer: Offer,
  kind: Extract<LetterKind, 'notice' | 'reminder'>,
): Promise<void> {
  const now = ports.clock.now();
  if (!isAvailable(offer, now)) return;
  const { organizationId, offerId, recipientId, senderId, expiresAt } = offer;
  const { token, digest } = mintTenantToken(organizationId);
  await insertLink(tx, {
    organizationId,
    recipientId,
    offerId,
    digest,
    createdAt: now,
    expiresAt: linkExpiry(expiresAt),
  });
  await writeLetter(tx, ports, {
    organizationId,
    kind,
    recipientId,
    senderId,
    offerId,
    link: `${ports.publicUrl}/p/${token}`,
    availableUntil: expiresAt,
  });
}
