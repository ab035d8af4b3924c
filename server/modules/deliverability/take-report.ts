import type { MessageId, OrganizationId } from '#contract/ids.ts';
import { maxReportSize, readTlsReport, readTlsReportMail } from '#protocols/tls-rpt/index.ts';
import { DeliverabilityError } from './errors.ts';
import { keepReport } from './keep-report.ts';
import type { DeliverabilityPorts } from './ports.ts';

/** A report that somebody posts (RFC 8460 §5.4). Throws DeliverabilityError; a report that came before is taken again in silence. */
export async function takePostedReport(
  ports: Pick<DeliverabilityPorts, 'database' | 'clock' | 'domains'>,
  name: string,
  body: AsyncIterable<Buffer>,
): Promise<void> {
  const served = await ports.domains.findByName(name);
  if (served?.receives !== true)
    throw new DeliverabilityError('not-found', 'No mail is received here under this name.');
  const read = readTlsReport(await collect(body));
  if (read.kind === 'unreadable')
    throw new DeliverabilityError('invalid-request', 'This is no report as RFC 8460 has it, JSON or gzip.');
  const { organizationId } = served;
  const kept = await ports.database.inTenant(organizationId, (tx) =>
    keepReport(tx, ports, organizationId, read.report, 'https'),
  );
  if (kept === 'not-ours')
    throw new DeliverabilityError(
      'invalid-request',
      'The report is about no domain that mail is received for here.',
    );
  if (kept === 'too-many')
    throw new DeliverabilityError('too-many-requests', 'Enough reports came today. Send it again tomorrow.');
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxReportSize)
      throw new DeliverabilityError('too-large', 'A report may have 1 MiB, packed with gzip.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A report that came by mail (RFC 8460 §5.3). What is none, or about nobody here, is left alone. */
export async function takeMailedReport(
  ports: Pick<DeliverabilityPorts, 'database' | 'clock' | 'domains' | 'messages' | 'log'>,
  organizationId: OrganizationId,
  messageId: MessageId,
): Promise<void> {
  const read = readTlsReportMail(await ports.messages.readRaw(organizationId, messageId));
  if (read?.kind !== 'report') {
    ports.log.info('deliverability.no-report', { messageId, code: read?.because ?? 'none' });
    return;
  }
  await ports.database.inTenant(organizationId, (tx) =>
    keepReport(tx, ports, organizationId, read.report, 'mail'),
  );
}
