import { offerExpired } from './audit-trail.ts';
import { expired } from './events.ts';
import { deleteOldLinks } from './link-store.ts';
import { endOffer, findOffer, selectExpired } from './offer-store.ts';
import type { PickupPorts } from './ports.ts';
import { insertReceipt } from './receipt-store.ts';

const batchSize = 200;

/**
 * Ends offers whose time has run out, and forgets links that ran out long ago. Only access
 * ends: the content stays under its key for the sender, who keeps a copy.
 */
export async function expireOffers(ports: PickupPorts): Promise<number> {
  const now = ports.clock.now();
  return ports.database.acrossTenants(async (tx) => {
    let done = 0;
    for (const { organizationId, offerId } of await selectExpired(tx, now, batchSize)) {
      const offer = await findOffer(tx, organizationId, offerId);
      if (offer === undefined || !(await endOffer(tx, offer, 'expiry', now))) continue;
      await insertReceipt(tx, organizationId, { offerId, kind: 'expired', occurredAt: now });
      await offerExpired(ports.audit, tx, offer);
      const { deliveryId, messageId } = offer;
      await ports.outbox.publish(tx, expired, organizationId, { offerId, deliveryId, messageId });
      done += 1;
    }
    return done + (await deleteOldLinks(tx, now));
  });
}
