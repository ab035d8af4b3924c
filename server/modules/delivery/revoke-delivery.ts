import type { DeliveryId, OrganizationId } from '#contract/ids.ts';
import type { Actor } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { deliveryMoved } from './audit-trail.ts';
import { findDelivery, moveDelivery, requestRevocation } from './delivery-store.ts';
import { DeliveryError } from './errors.ts';
import { deliveryStateChanged } from './events.ts';
import type { DeliveryPorts } from './ports.ts';

export interface DeliveryChange {
  readonly organizationId: OrganizationId;
  readonly deliveryId: DeliveryId;
  readonly actor: Actor;
  readonly ip?: string;
}

type Ports = Pick<DeliveryPorts, 'clock' | 'audit' | 'outbox'>;

/**
 * Takes back what has not been handed over. `asked`: an attempt is under way and will stop before its
 * last byte if it still can. `too-late`: another server may have it.
 * Throws DeliveryError 'not-found'.
 */
export async function revokeDelivery(
  tx: Tx,
  ports: Ports,
  change: DeliveryChange,
): Promise<'revoked' | 'asked' | 'too-late'> {
  const { organizationId, deliveryId, actor, ip } = change;
  const now = ports.clock.now();
  const delivery = await findDelivery(tx, organizationId, deliveryId);
  if (delivery === undefined) throw new DeliveryError('not-found', 'There is no such delivery.');
  const record = (kind: string): Promise<void> =>
    deliveryMoved(ports.audit, tx, {
      organizationId,
      messageId: delivery.message_id,
      deliveryId,
      kind,
      actor,
      ip,
    });
  const messageId = await moveDelivery(
    tx,
    organizationId,
    deliveryId,
    { state: 'revoked', reason: 'taken-back' },
    now,
  );
  if (messageId !== undefined) {
    await record('revoked');
    await ports.outbox.publish(tx, deliveryStateChanged, organizationId, {
      deliveryId,
      messageId,
      state: 'revoked',
    });
    return 'revoked';
  }
  if (!(await requestRevocation(tx, organizationId, deliveryId, now))) return 'too-late';
  await record('revocation-asked');
  return 'asked';
}
