import type { ReceptionPorts } from './ports.ts';
import { messageQuarantined } from './audit-trail.ts';
import type { QuarantineCause } from './quarantine.ts';
import { insertHeld } from './quarantine-store.ts';
import { newMessageOf, type InboundMessage } from './store-inbound.ts';

type Ports = Pick<ReceptionPorts, 'database' | 'keyring' | 'messages' | 'audit' | 'clock'>;

/**
 * Stores a message that is not to be delivered until a person says so: the one way into the quarantine. Nobody is
 * told of it but the audit log. Resolves after the commit.
 */
export async function holdInbound(
  { database, keyring, messages, audit, clock }: Ports,
  inbound: InboundMessage,
  cause: QuarantineCause,
): Promise<void> {
  const {
    organizationId,
    messageId,
    intake,
    recipientUserIds,
    recipients,
    passOn,
    forwards,
    senderProven,
    returning,
    requireTls,
    envelopeFrom,
    arrival,
  } = inbound;
  await database.inTenant(organizationId, async (tx) => {
    await messages.store(tx, [newMessageOf(inbound)]);
    await insertHeld(tx, keyring, {
      ...cause,
      organizationId,
      messageId,
      envelopeFrom,
      recipients,
      passOn,
      forwards,
      senderProven,
      returning,
      ...(requireTls && { requireTls }),
      recipientUserIds,
      arrival,
      sizeBytes: intake.sizeBytes,
      quarantinedAt: clock.now(),
    });
    await messageQuarantined(audit, tx, inbound, cause);
  });
}
