import type { MessageId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { readBounce } from '#protocols/bounce/index.ts';
import { composeDsn } from '#protocols/dsn/index.ts';
import { domainOf } from '#protocols/mime/index.ts';
import { reportComposed } from './audit-trail.ts';
import type { Onward } from './delivery.ts';
import type { StoredDelivery } from './delivery-store.ts';
import { enqueueDeliveries } from './enqueue-deliveries.ts';
import type { DeliveryPorts } from './ports.ts';
import type { ReasonCode } from './reasons.ts';
import { reportDelivery } from './report-to.ts';
import { showAddress } from './sealed-columns.ts';
import { isMissing, whyContentIsLost } from './unreadable.ts';

type Ports = Pick<DeliveryPorts, 'keyring' | 'clock' | 'messages' | 'outbox' | 'audit' | 'options'>;

const notSecure: ReadonlySet<ReasonCode> = new Set(['tls-needed', 'server-unproven', 'requiretls-needed']);

/**
 * What is left of a report on its way back to who sent what we forwarded, when their server proves no secure connection:
 * it may quote the message, so it does not go out at less. They hear in our words that it did not arrive, of whom and
 * with which status, and nothing of the message. Nothing where it is no report that can be read, or failed otherwise.
 */
export async function composeRemainder(
  tx: Tx,
  ports: Ports,
  delivery: StoredDelivery,
  { domain }: Onward & { readonly kind: 'returning' },
): Promise<void> {
  const { organization_id: organizationId, message_id: messageId, delivery_id: deliveryId } = delivery;
  if (delivery.state !== 'bounced' || !notSecure.has(delivery.reason)) return;
  const raw = await ports.messages.readRaw(organizationId, messageId).catch((error: unknown) => {
    if (whyContentIsLost(error) !== undefined || isMissing(error)) return null;
    throw error;
  });
  const failed = (raw === null ? null : readBounce(raw))?.recipients.filter(
    ({ action, address }) => action === 'failed' && domainOf(address) !== null,
  );
  if (failed === undefined || failed.length === 0) return;
  const to = await showAddress(ports.keyring, organizationId, delivery.recipient_sealed);
  const reportId = newId<MessageId>();
  const report = composeDsn({
    reportingMta: ports.options.hostname,
    from: { name: 'Mail delivery', address: `mailer-daemon@${domain}` },
    to,
    messageId: `${reportId}@${domain}`,
    date: ports.clock.now(),
    subject: 'Your message did not reach everybody',
    text: [
      `A message of yours to an address at ${domain} was forwarded, and did not reach these recipients.`,
      ...failed.map(({ address }) => address),
      'The report about it quotes your message. Your mail server does not prove a secure connection, so only this is sent to it.',
    ].join('\n\n'),
    arrivedAt: delivery.created_at,
    recipients: failed.map(({ address, status }) => ({
      address,
      action: 'failed',
      status: status?.startsWith('5.') === true ? status : '5.0.0',
    })),
    returnedHeaders: Buffer.alloc(0),
  });
  const intake = await ports.messages.fromRaw(organizationId, report);
  await ports.messages.store(tx, [
    { messageId: reportId, organizationId, intake, direction: 'system', category: 'administrative' },
  ]);
  await reportComposed(ports.audit, tx, { organizationId, messageId, reportId, deliveryIds: [deliveryId] });
  await enqueueDeliveries(tx, ports, [reportDelivery(delivery, reportId, to, report.length)]);
}
