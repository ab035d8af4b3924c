import type { DeliveryState } from '#contract/delivery.ts';
import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { composeDsn, wantsReport, type DsnRequest, type RecipientReport } from '#protocols/dsn/index.ts';
import { reportComposed } from './audit-trail.ts';
import { enqueueDeliveries } from './enqueue-deliveries.ts';
import { reportDelivery, reportTo } from './report-to.ts';
import type { Onward } from './delivery.ts';
import { findDelivery, type StoredDelivery } from './delivery-store.ts';
import { dsnComposed } from './events.ts';
import type { DeliveryPorts } from './ports.ts';
import { reasonWords } from './reasons.ts';
import { composeRemainder } from './compose-remainder.ts';
import { openDetail, openDsn, openOnward, showAddress } from './sealed-columns.ts';
import { selectAttempts } from './settle-store.ts';
import { isMissing, readableOr, whyContentIsLost } from './unreadable.ts';

type Ports = Pick<
  DeliveryPorts,
  'keyring' | 'clock' | 'messages' | 'identity' | 'domains' | 'outbox' | 'audit' | 'options'
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

/** What was done with every recipient, or that it has not been done yet (RFC 3464 §2.3.3). */
type About = 'outcome' | 'delay';

/** Tells the sender what did not arrive, or what did where that was asked for: a report (RFC 3464) is stored as a message, and its mailbox is told. */
export async function composeReport(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  { messageId, deliveryIds, noticeId }: Reported,
  about: About = 'outcome',
): Promise<void> {
  const found = await Promise.all(
    deliveryIds.map((deliveryId) => findDelivery(tx, organizationId, deliveryId)),
  );
  const deliveries = await withOnward(
    ports,
    found
      .filter((delivery) => delivery !== undefined)
      .filter(({ state }) => about === 'outcome' || stillWaits.has(state)),
  );
  const [first] = deliveries;
  if (first === undefined) return;
  const { onward } = first;
  if (onward?.kind === 'returning') return composeRemainder(tx, ports, first, onward);
  if (about === 'outcome') await countFailures(tx, ports, deliveries);
  const to = await reportTo(tx, ports, first, onward);
  if (to === null) return;
  const described = await Promise.all(
    deliveries.map((delivery) =>
      describe(tx, ports, delivery, { tried: noticeId ?? delivery.delivery_id, about }),
    ),
  );
  const wanted = described.filter(({ dsn }) => about === 'outcome' || wantsReport(dsn, 'DELAY'));
  // An address that forwards to several is named once.
  const recipients = [...new Map(wanted.map((each) => [each.report.address, each])).values()];
  if (recipients.length === 0) return;
  const haveArrived = recipients.every(({ report }) => report.action !== 'failed');
  const asked = recipients.find(({ dsn }) => dsn !== null)?.dsn;
  const reportId = newId<MessageId>();
  const domain = to.ourDomain ?? ports.options.hostname;
  const raw = composeDsn({
    reportingMta: ports.options.hostname,
    from: { name: 'Mail delivery', address: `mailer-daemon@${domain}` },
    to: to.address,
    messageId: `${reportId}@${domain}`,
    date: ports.clock.now(),
    ...wordsFor(about === 'delay' ? 'delayed' : haveArrived ? 'arrived' : 'failed', recipients, onward),
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
  if (to.userId !== null)
    await ports.outbox.publish(tx, dsnComposed, organizationId, { messageId: reportId, userId: to.userId });
  else await enqueueDeliveries(tx, ports, [reportDelivery(first, reportId, to.address, raw.length)]);
}

interface Described {
  readonly report: RecipientReport;
  readonly words: string;
  readonly contentLost: boolean;
  readonly dsn: DsnRequest | null;
}

/** What happened meanwhile is newer than a report of delay. */
const stillWaits: ReadonlySet<DeliveryState> = new Set(['queued', 'attempting', 'deferred']);

type ToldOf = StoredDelivery & { readonly onward: Onward | null };

/** Those of which it can still be read on whose account they went: of others nobody knows who may be told. */
async function withOnward({ keyring }: Ports, deliveries: readonly StoredDelivery[]): Promise<ToldOf[]> {
  const opened = await Promise.all(
    deliveries.map(async (each) => {
      const opening = openOnward(keyring, each.organization_id, each.onward_sealed);
      const onward = await readableOr(opening, 'unreadable' as const);
      return onward === 'unreadable' ? [] : [{ ...each, onward }];
    }),
  );
  return opened.flat();
}

/** Of what addresses of the organisation forward: their administrators see it, whoever is told of it. */
async function countFailures(tx: Tx, { domains }: Ports, deliveries: readonly ToldOf[]): Promise<void> {
  for (const { organization_id: organizationId, state, onward } of deliveries) {
    if (state === 'bounced' && onward?.kind === 'forwarding')
      await domains.countForwardFailure(tx, organizationId, onward.forwardingId);
  }
}

/** `tried`: whose attempts say why, the delivery's own or its notice's. */
async function describe(
  tx: Tx,
  { keyring }: Ports,
  delivery: ToldOf,
  { tried, about }: { tried: DeliveryId; about: About },
): Promise<Described> {
  const noticeFailed = tried !== delivery.delivery_id;
  const organizationId = delivery.organization_id;
  const { onward } = delivery;
  // Where an address forwards to is nobody else's business (RFC 3464 §4.2), and servers name it in their answers.
  const forwardedBy = onward?.kind === 'forwarding' ? onward.address : null;
  const address = forwardedBy ?? (await showAddress(keyring, organizationId, delivery.recipient_sealed));
  const last = (await selectAttempts(tx, organizationId, [tried])).at(-1);
  const detail =
    last?.detail_sealed == null
      ? {}
      : await readableOr(openDetail(keyring, organizationId, last.detail_sealed), {});
  const dsn = await readableOr(openDsn(keyring, organizationId, delivery.dsn_sealed), null);
  const action = noticeFailed ? 'failed' : about === 'delay' ? 'delayed' : actionOf(delivery);
  return {
    dsn,
    words: `${address}\n${reasonWords[delivery.reason]}`,
    contentLost: delivery.reason === 'content-destroyed' || delivery.reason === 'content-unreadable',
    report: {
      address,
      ...(dsn?.originalRecipient == null ? {} : { originalRecipient: dsn.originalRecipient }),
      action,
      status: delivery.reason === 'requiretls-needed' ? '5.7.30' : statusOf[action](detail.status), // RFC 8689 §4.2.1
      ...(detail.host === undefined || forwardedBy !== null ? {} : { remoteMta: detail.host }),
      ...(detail.reply === undefined || forwardedBy !== null ? {} : { diagnostic: detail.reply }),
      ...(last?.ended_at == null ? {} : { lastAttemptAt: last.ended_at }),
      ...(about === 'outcome' ? {} : { willRetryUntil: delivery.give_up_at }),
    },
  };
}

/** What a server or the portal has taken went to where no report will come from (RFC 3461 §5.2.2). */
function actionOf({ state, protection }: StoredDelivery): RecipientReport['action'] {
  if (state === 'bounced') return 'failed';
  return state === 'delivered' && protection === 'internal' ? 'delivered' : 'relayed';
}

const statusOf: Record<RecipientReport['action'], (answered: string | undefined) => string> = {
  // A delivery that has been given up has failed for good, whatever the last temporary answer was (RFC 3464 §2.3.4).
  failed: (answered) => (answered?.startsWith('5.') === true ? answered : '5.4.7'), // delivery time expired
  delayed: (answered) => (answered?.startsWith('4.') === true ? answered : '4.4.7'),
  delivered: () => '2.0.0',
  relayed: () => '2.0.0',
};

type Words = { readonly subject: string; readonly text: string };

function wordsFor(
  what: 'failed' | 'delayed' | 'arrived',
  recipients: readonly Described[],
  onward: Onward | null,
): Words {
  const each = recipients.map(({ words }) => words);
  switch (what) {
    case 'arrived':
      return {
        subject: 'Your message has arrived',
        text: ['Your message has arrived, as you asked to be told.', ...each].join('\n\n'),
      };
    case 'delayed':
      return {
        subject: 'Your message is taking longer than usual',
        text: [
          'Your message has not reached these recipients yet. It is still being tried: you need not send it again.',
          ...each,
          'You will be told if it cannot be delivered. If it is urgent, reach them another way.',
        ].join('\n\n'),
      };
    case 'failed':
      return {
        subject: 'Your message did not reach everybody',
        text: [
          'Your message did not reach these recipients. Everybody else is not affected.',
          ...each,
          onward !== null
            ? 'This address forwards its mail, and that did not succeed. Write again later, or reach them another way.'
            : recipients.some(({ contentLost }) => contentLost)
              ? 'Your message cannot be sent again from Sent, for its content is no longer there: write it again.'
              : 'Your message is kept under Sent. You can correct the address and send it again from there.',
        ].join('\n\n'),
      };
  }
}

async function original(
  tx: Tx,
  { messages }: Ports,
  {
    organization_id: organizationId,
    message_id: messageId,
    size_bytes: sizeBytes,
    require_tls: requireTls,
  }: StoredDelivery,
  ret: DsnRequest['ret'],
): Promise<{ returnedHeaders: Buffer; returnedMessage?: Buffer; inReplyTo?: string }> {
  const found = await messages.readHeader(tx, messageId).catch(ifLost);
  if (found === undefined) return { returnedHeaders: Buffer.alloc(0) };
  const { raw, headers } = found;
  // RFC 8689 §5: RET=FULL is passed over
  const whole =
    ret === 'FULL' && !requireTls && sizeBytes <= returnedWholeLimit
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
