import type { OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { insertLink, type Link } from './link-store.ts';
import { mintTenantToken } from './tenant-token.ts';
import { selectOffersOfRecipient } from './offer-store.ts';
import type { PickupPorts } from './ports.ts';
import { findRecipient } from './recipient-store.ts';
import { writeLetter } from './write-letter.ts';

const linkDays = 7;
const day = 86_400_000;

/** Mails a link to the inbox, if the organisation has ever offered this address a message. Tells the caller nothing. */
export async function requestAccess(
  tx: Tx,
  ports: PickupPorts,
  organizationId: OrganizationId,
  address: string,
): Promise<void> {
  const recipientId = await findRecipient(tx, ports.keyring, organizationId, address);
  if (recipientId !== undefined) await mailNewLink(tx, ports, { organizationId, recipientId });
}

/** Mails a link to the inbox to the mailbox of a recipient, if anything was ever offered to it. */
export async function mailNewLink(
  tx: Tx,
  ports: PickupPorts,
  { organizationId, recipientId }: Pick<Link, 'organizationId' | 'recipientId'>,
): Promise<void> {
  const [newest] = await selectOffersOfRecipient(tx, organizationId, recipientId, { limit: 1 });
  if (newest === undefined) return;
  const now = ports.clock.now();
  const { token, digest } = mintTenantToken(organizationId);
  const expiresAt = new Date(now.getTime() + linkDays * day);
  await insertLink(tx, { organizationId, recipientId, offerId: null, digest, createdAt: now, expiresAt });
  await writeLetter(tx, ports, {
    organizationId,
    kind: 'access',
    recipientId,
    senderId: newest.senderId,
    offerId: null,
    link: `${ports.publicUrl}/p/${token}`,
  });
}
