import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { ReturnClaim } from '#modules/delivery/index.ts';
import { newId } from '#platform/ids.ts';
import { normalizeAddress } from '#protocols/mime/index.ts';
import type { ContentSink, SmtpReply, SmtpSession, SmtpTransaction } from '#protocols/smtp/index.ts';
import { checkSender, type SenderFindings } from './check-sender.ts';
import { editInbound } from './edit-inbound.ts';
import type { InboundContext } from './inbound-session.ts';
import { createIntakeSink } from './intake-sink.ts';
import { isWrapped } from './is-wrapped.ts';
import { accepted, infected, reportsOnly } from './replies.ts';
import { isProvenSender, senderCodes } from './sender-codes.ts';
import { senderResults } from './sender-results.ts';
import { staysHere, type InboundMessage } from './store-inbound.ts';
import { receivedFromServer, returnPath } from './trace-fields.ts';
import type { Onwards } from './forward.ts';
import { failedIn, isReport, ReturnedReport } from './returned-report.ts';
import { treatSender, type Treatment } from './treat-sender.ts';

export interface InboundEnvelope extends Pick<Onwards, 'forwards' | 'returning'> {
  readonly organizationId: OrganizationId;
  readonly recipientUserIds: readonly UserId[];
  /** Recipients whose mail goes on to the organisation's own server. */
  readonly passOn: readonly string[];
  /** It came to a signed return path, which stands for this; null for mail to people. */
  readonly claim: ReturnClaim | null;
  readonly transaction: SmtpTransaction;
}

/** The content of one message from another server: who wrote is found out while it comes in, then it is stored, held or refused. */
export async function takeInbound(
  context: InboundContext,
  session: SmtpSession,
  { organizationId, recipientUserIds, passOn, forwards, returning, claim, transaction }: InboundEnvelope,
): Promise<ContentSink> {
  const { organizations, messages, clock, hostname, log, openScan, senderDns } = context;
  const { from, parameters, recipients } = transaction;
  const messageId = newId<MessageId>();
  const settings = await organizations.settingsOf(organizationId);
  const client = session.client ?? '';
  const mailFrom = from === null ? '' : `${from.localPart}@${from.domain}`;
  const trustedSealers = new Set(settings.trustedSealers);
  const question = {
    ip: session.remoteAddress,
    helo: client,
    mailFrom,
    receiver: hostname,
    now: clock.now(),
    trustedSealers,
  };
  const check = checkSender(question, senderDns);
  let refusal: SmtpReply | null = null;
  let wrapped = false;
  let findings: SenderFindings | null = null;
  let treatment: Treatment = { kind: 'deliver' };
  const report = claim === null && returning === null ? null : new ReturnedReport();
  const forwardedBy = new Set(forwards.map((each) => normalizeAddress(each.from)));

  const intake = messages.openIntake(organizationId, {
    limitBytes: settings.messageSizeLimit,
    editHeader(section, raw) {
      const edited = editInbound({ section, hostname, forwardedBy });
      ({ refusal } = edited);
      wrapped = isWrapped(section);
      report?.write(raw);
      if (refusal === null) check.header(raw, section);
      return edited.edit;
    },
    onBody(chunk) {
      report?.write(chunk);
      check.body(chunk);
    },
  });

  /** Whose mailbox it goes to: of a report that was understood, nobody's. */
  async function readersOf(): Promise<readonly UserId[]> {
    if (claim === null || report === null) return recipientUserIds;
    const outcome = await context.delivery.takeReturn(organizationId, claim, report.beginning());
    return outcome.kind === 'for-sender' ? [outcome.userId] : [];
  }

  return createIntakeSink({
    intake,
    refusal: () => refusal,
    async lastFields() {
      findings = await check.finish();
      treatment = treatSender(findings);
      // The address that they come to vouches for reports; what is no report is held if its author is doubted.
      if (treatment.kind === 'refuse' && report === null) {
        await context.recordRefusal(
          { organizationId, messageId, recipientUserIds, ip: session.remoteAddress },
          findings,
        );
        refusal = treatment.reply;
      }
      const stamp = { session, hostname, id: messageId, at: clock.now(), utf8: parameters.smtpUtf8 };
      const results = senderResults(findings, { hostname, mailFrom, helo: client });
      return [
        // RFC 5321 §4.4: first, and it does not travel
        ...(staysHere({ passOn, forwards, returning })
          ? [{ name: 'Return-Path', value: returnPath(from) }]
          : []),
        { name: 'Authentication-Results', value: results },
        { name: 'Received', value: receivedFromServer(stamp) },
      ];
    },
    scan: openScan?.() ?? null,
    async store(receipt, virus) {
      const { tls } = session;
      if (virus !== null && settings.infectedMail === 'refuse') {
        await messages.discard(receipt);
        return infected;
      }
      const isReturn = returning !== null && isReport(report?.beginning());
      if (returning !== null && from !== null && !isReturn) {
        await messages.discard(receipt);
        return reportsOnly;
      }
      const readers = await readersOf();
      if (claim !== null && readers.length === 0) {
        await messages.discard(receipt);
        return accepted(messageId);
      }
      const message: InboundMessage = {
        organizationId,
        messageId,
        intake: receipt,
        recipientUserIds: readers,
        passOn,
        forwards,
        returning: returning && { ...returning, failed: failedIn(report?.beginning()) },
        senderProven: findings !== null && isProvenSender(findings, mailFrom),
        ...(parameters.requireTls && { requireTls: true as const }),
        recipients: recipients.map(({ mailbox }) => mailbox.address),
        envelopeFrom: from?.address ?? '',
        client,
        ip: session.remoteAddress,
        arrival: {
          how: 'smtp',
          tls: tls === null ? null : { version: tls.version, cipher: tls.cipher },
          ...(wrapped && { wrapped }),
          ...(findings !== null && { sender: senderCodes(findings) }),
        },
      };
      if (virus !== null) await context.hold(message, { reason: 'virus', detail: virus });
      else if (treatment.kind !== 'deliver' && !isReturn)
        await context.hold(message, { reason: 'authentication', detail: treatment.domain });
      else await context.accept(message);
      return accepted(messageId);
    },
    discard: (receipt) => messages.discard(receipt),
    onError: (error) => log.error('reception.intake-failed', { connectionId: session.id, error }),
  });
}
