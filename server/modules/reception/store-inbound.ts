import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { JournalEntry, NewDelivery } from '#modules/delivery/index.ts';
import type { IntakeReceipt, NewMessage } from '#modules/messages/index.ts';
import type { Tx } from '#platform/database/database.ts';
import { isUniqueViolation } from '#platform/database/unique-violation.ts';
import { messageReceived } from './audit-trail.ts';
import { received, tlsReportReceived, type SmtpArrival } from './events.ts';
import { forwardsOf, type Onwards } from './forward.ts';
import { deliveriesOf } from './pass-on.ts';
import { isForTlsReports } from './role-addresses.ts';
import type { ReceptionPorts } from './ports.ts';

/** A message from another server, encrypted and waiting to be stored. */
export interface InboundMessage extends Onwards {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly intake: IntakeReceipt;
  readonly recipientUserIds: readonly UserId[];
  /** As the envelope named them. */
  readonly recipients: readonly string[];
  /** Those of them that are passed on to the organisation's own server. */
  readonly passOn: readonly string[];
  /** It came with REQUIRETLS: what is passed on goes on with it (RFC 8689 §4.2). */
  readonly requireTls?: true;
  readonly envelopeFrom: string;
  readonly client: string;
  readonly ip: string;
  readonly arrival: SmtpArrival;
}

export const toJournal = (
  { messageId, envelopeFrom, recipients }: Pick<InboundMessage, 'messageId' | 'envelopeFrom' | 'recipients'>,
  field: string | null,
): JournalEntry => ({
  messageId,
  direction: 'incoming',
  sender: envelopeFrom,
  recipients: recipients.map((address) => ({ address, kind: 'recipient' })),
  field,
});

const journaled = (inbound: InboundMessage): JournalEntry =>
  toJournal(inbound, inbound.intake.headers.messageId);

/** Who wrote from outside did not say what for. */
const category: MessageCategory = 'administrative';

export function newMessageOf({ messageId, organizationId, intake }: InboundMessage): NewMessage {
  return { messageId, organizationId, intake, direction: 'inbound', category };
}

/** One transaction for all, which are of one organisation: messages, who got them, and the audit log. Resolves after the commit. */
export async function storeInbound(
  ports: Pick<ReceptionPorts, 'database' | 'messages' | 'outbox' | 'audit' | 'delivery'>,
  organizationId: OrganizationId,
  inbound: readonly InboundMessage[],
): Promise<void> {
  const { database, messages, outbox, audit, delivery } = ports;
  const journaling = await delivery.journaling(organizationId, inbound.map(journaled));
  const stored = inbound.map(newMessageOf);
  const told = inbound.map(({ messageId, recipientUserIds, recipients, arrival }) => ({
    organizationId,
    data: {
      messageId,
      recipientUserIds: recipients.every(isForTlsReports) ? [] : recipientUserIds,
      arrival,
    },
  }));
  const reports = inbound
    .filter(({ recipients }) => recipients.some(isForTlsReports))
    .map(({ messageId }) => ({ organizationId, data: { messageId } }));
  const events = inbound.map(({ arrival: { tls }, ...facts }) => messageReceived({ ...facts, tls }));

  const storing = await messages.storing(stored);
  if (storing !== null) {
    const recording = await audit.recording(events);
    try {
      await database.commitTogether(organizationId, [
        ...storing,
        ...outbox.publishing(received, told),
        ...outbox.publishing(tlsReportReceived, reports),
        ...recording,
        ...journaling,
      ]);
      outbox.loop.nudge();
      return;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
  await database.inTenant(organizationId, async (tx) => {
    // All at once: none needs what another answers, and one that fails takes the others with it.
    await Promise.all([
      messages.store(tx, stored),
      outbox.publishMany(tx, received, told),
      outbox.publishMany(tx, tlsReportReceived, reports),
      audit.recordMany(tx, events),
      ...journaling.map((statement) => statement.execute(tx)),
    ]);
  });
}

/** Nothing of it leaves this server. */
export const staysHere = ({
  passOn,
  forwards,
  returning,
}: Pick<InboundMessage, 'passOn' | 'forwards' | 'returning'>): boolean =>
  passOn.length === 0 && forwards.length === 0 && returning === null;

/** The same for what is passed on: the deliveries are in the transaction that stores it. */
export async function storePassedOn(
  ports: Pick<
    ReceptionPorts,
    'database' | 'messages' | 'outbox' | 'audit' | 'delivery' | 'keyring' | 'clock' | 'domains'
  >,
  organizationId: OrganizationId,
  inbound: readonly InboundMessage[],
): Promise<void> {
  const { database, messages, outbox, audit, delivery } = ports;
  const journaling = await delivery.journaling(organizationId, inbound.map(journaled));
  const deliveries = (await Promise.all(inbound.map((each) => passedOnBy(ports, each)))).flat();
  await database.inTenant(organizationId, async (tx) => {
    await messages.store(tx, inbound.map(newMessageOf));
    await delivery.enqueue(tx, deliveries);
    for (const each of inbound) await noteReturned(tx, ports, each);
    await outbox.publishMany(
      tx,
      received,
      inbound.map(({ messageId, recipientUserIds, arrival }) => ({
        organizationId,
        data: { messageId, recipientUserIds, arrival },
      })),
    );
    await audit.recordMany(
      tx,
      inbound.map(({ arrival: { tls }, ...facts }) => messageReceived({ ...facts, tls })),
    );
    for (const statement of journaling) await statement.execute(tx);
  });
  delivery.nudge();
}

/** What a report on its way back says of an address that forwards is shown to its administrators. */
export async function noteReturned(
  tx: Tx,
  { domains }: Pick<ReceptionPorts, 'domains'>,
  { organizationId, returning }: Pick<InboundMessage, 'organizationId'> & Partial<Onwards>,
): Promise<void> {
  if (returning == null) return;
  const { domain, failed: targets = [] } = returning;
  await domains.countReturned(tx, organizationId, { domain, targets });
}

async function passedOnBy(
  ports: Pick<ReceptionPorts, 'keyring' | 'clock'>,
  { intake: { sizeBytes }, passOn: addresses, ...message }: InboundMessage,
): Promise<NewDelivery[]> {
  const received = { ...message, sizeBytes };
  return [...deliveriesOf({ ...received, addresses }), ...(await forwardsOf(ports, received))];
}
