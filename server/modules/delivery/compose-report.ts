import type { DeliveryId, MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { composeDsn, type DsnRequest, type RecipientReport } from '#protocols/dsn/index.ts';
import { domainOf } from '#protocols/mime/index.ts';
import { reportComposed } from './audit-trail.ts';
import { findDelivery, type StoredDelivery } from './delivery-store.ts';
import { dsnComposed } from './events.ts';
import type { DeliveryPorts } from './ports.ts';
import { reasonWords } from './reasons.ts';
import { openDetail, openDsn, showAddress } from './sealed-columns.ts';
import { selectAttempts } from './settle-store.ts';
import { isMissing, whyContentIsLost } from './unreadable.ts';

type Ports = Pick<
  DeliveryPorts,
  'keyring' | 'clock' | 'messages' | 'identity' | 'outbox' | 'audit' | 'options'
>;

/** Largest header block that a report returns, bytes. */
const returnedLimit = 64 * 1024;

/** Largest message that a report returns whole, bytes. */
const returnedWholeLimit = 1024 * 1024;

interface Reported {
  readonly messageId: MessageId;
  readonly deliveryIds: readonly DeliveryId[];
  readonly noticeId?: DeliveryId;
}

/** Tells the sender what did not arrive, or what did where that was asked for: a report (RFC 3464) is stored as a message, and its mailbox is told. */
export async function composeReport(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  { messageId, deliveryIds, noticeId }: Reported,
): Promise<void> {
  const found = await Promise.all(
    deliveryIds.map((deliveryId) => findDelivery(tx, organizationId, deliveryId)),
  );
  const deliveries = found.filter((delivery) => delivery !== undefined);
  const [first] = deliveries;
  const sender =
    first?.sender_id == null ? null : await ports.identity.getUser(tx, organizationId, first.sender_id);
  if (first === undefined || sender === null) return;
  const recipients = await Promise.all(
    deliveries.map((delivery) => describe(tx, ports, delivery, noticeId ?? delivery.delivery_id)),
  );
  const haveArrived = recipients.every(({ report }) => report.action !== 'failed');
  const asked = recipients.find(({ dsn }) => dsn !== null)?.dsn;
  const reportId = newId<MessageId>();
  const domain = domainOf(sender.email) ?? ports.options.hostname;
  const raw = composeDsn({
    reportingMta: ports.options.hostname,
    from: { name: 'Mail delivery', address: `mailer-daemon@${domain}` },
    to: sender.email,
    messageId: `${reportId}@${domain}`,
    date: ports.clock.now(),
    subject: haveArrived ? 'Your message has arrived' : 'Your message did not reach everybody',
    text: haveArrived ? arrivalTextFor(recipients) : textFor(recipients),
    arrivedAt: first.created_at,
    recipients: recipients.map(({ report }) => report),
    ...(await original(tx, ports, first, haveArrived ? null : (asked?.ret ?? null))),
    ...(asked?.envelopeId == null ? {} : { envelopeId: asked.envelopeId }),
  });
  const intake = await ports.messages.fromRaw(organizationId, raw);
  await ports.messages.store(tx, [
    { messageId: reportId, organizationId, intake, direction: 'system', category: 'administrative' },
  ]);
  await reportComposed(ports.audit, tx, { organizationId, messageId, reportId, deliveryIds });
  await ports.outbox.publish(tx, dsnComposed, organizationId, {
    messageId: reportId,
    userId: sender.userId satisfies UserId,
  });
}

interface Described {
  readonly report: RecipientReport;
  readonly words: string;
  readonly contentLost: boolean;
  readonly dsn: DsnRequest | null;
}

/** `tried`: whose attempts say why, the delivery's own or its notice's. */
async function describe(
  tx: Tx,
  { keyring }: Ports,
  delivery: StoredDelivery,
  tried: DeliveryId,
): Promise<Described> {
  const noticeFailed = tried !== delivery.delivery_id;
  const organizationId = delivery.organization_id;
  const address = await showAddress(keyring, organizationId, delivery.recipient_sealed);
  const last = (await selectAttempts(tx, organizationId, [tried])).at(-1);
  const detail =
    last?.detail_sealed == null ? {} : await openDetail(keyring, organizationId, last.detail_sealed);
  const dsn = await openDsn(keyring, organizationId, delivery.dsn_sealed);
  const action = noticeFailed ? 'failed' : actionOf(delivery);
  return {
    dsn,
    words: `${address}\n${reasonWords[delivery.reason]}`,
    contentLost: delivery.reason === 'content-destroyed' || delivery.reason === 'content-unreadable',
    report: {
      address,
      ...(dsn?.originalRecipient == null ? {} : { originalRecipient: dsn.originalRecipient }),
      action,
      status: action === 'failed' ? failedStatus(detail.status) : '2.0.0',
      ...(detail.host === undefined ? {} : { remoteMta: detail.host }),
      ...(detail.reply === undefined ? {} : { diagnostic: detail.reply }),
      ...(last?.ended_at == null ? {} : { lastAttemptAt: last.ended_at }),
    },
  };
}

/** What a server or the portal has taken went to where no report will come from (RFC 3461 §5.2.2). */
function actionOf({ state, protection }: StoredDelivery): RecipientReport['action'] {
  if (state === 'bounced') return 'failed';
  return state === 'delivered' && protection === 'internal' ? 'delivered' : 'relayed';
}

/** A delivery that has been given up has failed for good, whatever the last temporary answer was (RFC 3464 §2.3.4). */
function failedStatus(status: string | undefined): string {
  return status?.startsWith('5.') === true ? status : '5.4.7'; // delivery time expired
}

function arrivalTextFor(recipients: readonly Described[]): string {
  return ['Your message has arrived, as you asked to be told.', ...recipients.map(({ words }) => words)].join(
    '\n\n',
  );
}

function textFor(recipients: readonly Described[]): string {
  return [
    'Your message did not reach these recipients. Everybody else is not affected.',
    ...recipients.map(({ words }) => words),
    recipients.some(({ contentLost }) => contentLost)
      ? 'Your message cannot be sent again from Sent, for its content is no longer there: write it again.'
      : 'Your message is kept under Sent. You can correct the address and send it again from there.',
  ].join('\n\n');
}

async function original(
  tx: Tx,
  { messages }: Ports,
  { organization_id: organizationId, message_id: messageId, size_bytes: sizeBytes }: StoredDelivery,
  ret: DsnRequest['ret'],
): Promise<{ returnedHeaders: Buffer; returnedMessage?: Buffer; inReplyTo?: string }> {
  const found = await messages.readHeader(tx, messageId).catch(ifLost);
  if (found === undefined) return { returnedHeaders: Buffer.alloc(0) };
  const { raw, headers } = found;
  const whole =
    ret === 'FULL' && sizeBytes <= returnedWholeLimit
      ? await messages.readRaw(organizationId, messageId).catch(ifLost)
      : undefined;
  return {
    returnedHeaders: raw.subarray(0, returnedLimit),
    ...(whole === undefined ? {} : { returnedMessage: whole }),
    ...(headers.messageId === null ? {} : { inReplyTo: `<${headers.messageId}>` }),
  };
}

/** What can no longer be read is reported without its header. */
function ifLost(error: unknown): undefined {
  if (whyContentIsLost(error) !== undefined || isMissing(error)) return undefined;
  throw error;
}
