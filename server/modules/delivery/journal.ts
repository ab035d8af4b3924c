import type { DeliveryId, MessageId, OrganizationId } from '#contract/ids.ts';
import type { RecipientKind } from '#contract/delivery.ts';
import type { Statement, Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { composeJournalReport } from '#protocols/journal/index.ts';
import { domainOf, normalizeAddress } from '#protocols/mime/index.ts';
import { journalSkipped } from './audit-trail.ts';
import { enqueueDeliveries } from './enqueue-deliveries.ts';
import { journalDue } from './events.ts';
import type { DeliveryPorts } from './ports.ts';
import { isMissing, whyContentIsLost } from './unreadable.ts';

/** A message that comes to an organisation or leaves it, with its envelope. */
export interface JournalEntry {
  readonly messageId: MessageId;
  readonly direction: 'incoming' | 'outgoing';
  /** Of the envelope. */
  readonly sender: string;
  readonly recipients: readonly { readonly address: string; readonly kind: RecipientKind | 'recipient' }[];
  /** Its Message-ID field, by which reports that come back are known. */
  readonly field: string | null;
}

type SealedEnvelope = Pick<JournalEntry, 'direction' | 'sender' | 'recipients'> & { readonly at: string };
type Ports = Pick<
  DeliveryPorts,
  'keyring' | 'clock' | 'outbox' | 'organizations' | 'messages' | 'audit' | 'options' | 'log'
>;

const sealedAs = 'delivery.journal.envelope';
const idPurpose = 'delivery.journal.message-id';

/**
 * What notes messages for the archive of their organisation, in the transaction that stores them; nothing where it has
 * none. Reports of ours that come back are left out, and so is what goes to the archive's own address.
 */
export async function journaling(
  { keyring, clock, outbox, organizations }: Ports,
  organizationId: OrganizationId,
  entries: readonly JournalEntry[],
): Promise<Statement[]> {
  const { journalAddress } = await organizations.settingsOf(organizationId);
  if (journalAddress === '') return [];
  const archive = normalizeAddress(journalAddress);
  const noted = [];
  for (const { messageId, direction, sender, recipients, field } of entries) {
    if (recipients.every(({ address }) => normalizeAddress(address) === archive)) continue;
    if (await isOwnReport(keyring, organizationId, field)) continue;
    const envelope: SealedEnvelope = { direction, sender, recipients, at: clock.now().toISOString() };
    const sealed = await keyring.seal(organizationId, sealedAs, JSON.stringify(envelope));
    noted.push({ organizationId, data: { messageId, envelope: sealed.toString('base64') } });
  }
  return outbox.publishing(journalDue, noted);
}

/** Sends one message to the archive: from here on it is a delivery like any other, behind all others. */
export async function composeJournal(
  tx: Tx,
  ports: Ports,
  organizationId: OrganizationId,
  { messageId, envelope: sealed }: { readonly messageId: MessageId; readonly envelope: string },
): Promise<void> {
  const { keyring, clock, messages, organizations, audit, options } = ports;
  const { settings } = await organizations.get(tx, organizationId);
  const to = settings.journalAddress;
  if (to === '') return journalSkipped(audit, tx, organizationId, messageId, 'switched-off');
  const message = await messages.readRaw(organizationId, messageId).catch((error: unknown) => {
    if (whyContentIsLost(error) !== undefined || isMissing(error)) return null;
    throw error;
  });
  if (message === null) return journalSkipped(audit, tx, organizationId, messageId, 'content-lost');
  const opened = await keyring.openText(organizationId, sealedAs, Buffer.from(sealed, 'base64'));
  const { at, ...envelope } = JSON.parse(opened) as SealedEnvelope; // sealed by `journaling`
  const ours = envelope.direction === 'outgoing' ? envelope.sender : envelope.recipients[0]?.address;
  const domain = domainOf(ours ?? '') ?? options.hostname;
  const reportId = newId<MessageId>();
  const raw = composeJournalReport({
    from: `journal@${domain}`,
    to,
    messageId: `${await localIdOf(keyring, organizationId, reportId)}@${domain}`,
    envelope: { ...envelope, at: new Date(at) },
    message,
    now: clock.now(),
  });
  const intake = await messages.fromRaw(organizationId, raw);
  await messages.store(tx, [
    { messageId: reportId, organizationId, intake, direction: 'system', category: 'administrative' },
  ]);
  await enqueueDeliveries(tx, ports, [
    {
      organizationId,
      messageId: reportId,
      deliveryId: newId<DeliveryId>(),
      senderId: null,
      address: to,
      kind: 'to',
      dsn: null,
      returnPath: `journal@${domain}`,
      sizeBytes: intake.sizeBytes,
      category: 'administrative',
      lane: 'journal',
      protection: 'tls-verified',
      offerDays: 0,
      state: 'queued',
      reason: 'waiting-to-send',
    },
  ]);
}

/** Only we can make it: nobody keeps a message out of the archive by calling it a report. */
async function localIdOf(
  keyring: DeliveryPorts['keyring'],
  organizationId: OrganizationId,
  reportId: string,
): Promise<string> {
  const tag = await keyring.blindIndex(organizationId, idPurpose, reportId);
  return `journal.${reportId}.${tag.toString('hex').slice(0, 32)}`;
}

async function isOwnReport(
  keyring: DeliveryPorts['keyring'],
  organizationId: OrganizationId,
  field: string | null,
): Promise<boolean> {
  const [, reportId] = /^journal\.([0-9a-f-]{36})\.[0-9a-f]{32}@/.exec(field ?? '') ?? [];
  if (reportId === undefined) return false;
  return field?.startsWith(`${await localIdOf(keyring, organizationId, reportId)}@`) === true;
}
