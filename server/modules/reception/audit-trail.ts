import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { Audit, AuditEvent, Doer } from '#modules/audit/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { SenderFindings } from './check-sender.ts';
import type { HeldMessage, QuarantineCause } from './quarantine.ts';
import type { Relay } from './relay.ts';
import type { InboundMessage } from './store-inbound.ts';

export interface ReceivedFacts {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly recipientUserIds: readonly UserId[];
  readonly envelopeFrom: string;
  /** The name the other server gave. */
  readonly client: string;
  readonly ip: string;
  readonly tls: { readonly version: string; readonly cipher: string } | null;
}

/** A message came from another server, and for whom. */
export function messageReceived({
  organizationId,
  messageId,
  recipientUserIds,
  envelopeFrom,
  client,
  ip,
  tls,
}: ReceivedFacts): AuditEvent {
  return {
    organizationId,
    kind: 'message.received',
    actor: { kind: 'system', part: 'reception' },
    subject: { type: 'message', id: messageId },
    fields: {
      recipientUserIds,
      envelopeFrom,
      client,
      tlsVersion: tls?.version ?? null,
      tlsCipher: tls?.cipher ?? null,
    },
    ip,
  };
}

/** A message that is not taken. */
export interface RefusedMessage {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly recipientUserIds: readonly UserId[];
  readonly ip: string;
}

/** A message was refused, now or for good, on account of who wrote it: which domain it named, and what was found. */
export function messageRefused(
  { organizationId, messageId, recipientUserIds, ip }: RefusedMessage,
  { spf, dkim, dmarc, arc }: SenderFindings,
): AuditEvent {
  return {
    organizationId,
    kind: 'message.turned-away',
    actor: { kind: 'system', part: 'reception' },
    subject: { type: 'message', id: messageId },
    fields: {
      recipientUserIds,
      authorDomain: dmarc?.authorDomain ?? null,
      spf: spf.verdict,
      dkim: dkim.map(({ verdict }) => verdict),
      dmarc: dmarc?.verdict ?? null,
      policy: dmarc?.policy ?? null,
      arc: arc.verdict,
    },
    ip,
  };
}

/** A message came, and is held back until a person decides. */
export function messageQuarantined(
  audit: Pick<Audit, 'record'>,
  tx: Tx,
  { arrival: { tls }, ...facts }: InboundMessage,
  { reason, detail }: QuarantineCause,
): Promise<void> {
  const event = messageReceived({ ...facts, tls });
  return audit.record(tx, {
    ...event,
    kind: 'message.quarantined',
    fields: { ...event.fields, reason, detail },
  });
}

/** A held message was released to its recipients, or destroyed. */
export function heldMessageSettled(
  audit: Pick<Audit, 'record'>,
  tx: Tx,
  { organizationId, messageId, reason, detail, envelopeFrom, recipientUserIds, quarantinedAt }: HeldMessage,
  state: 'released' | 'deleted' | 'expired',
  { actor, ip }: Doer,
): Promise<void> {
  return audit.record(tx, {
    organizationId,
    kind: `quarantine.${state}`,
    actor,
    subject: { type: 'message', id: messageId },
    fields: { reason, detail, envelopeFrom, recipientUserIds, quarantinedAt: quarantinedAt.toISOString() },
    ip,
  });
}

/** A server may send through us from now on, or not any more. */
export function relayChanged(
  audit: Pick<Audit, 'record'>,
  tx: Tx,
  relay: Relay,
  kind: 'relay.created' | 'relay.changed' | 'relay.token-renewed' | 'relay.deleted',
  { actor, ip }: Doer,
): Promise<void> {
  const { organizationId, relayId, name, networks, fingerprints, certificateNames, senderDomains, userId } =
    relay;
  return audit.record(tx, {
    organizationId,
    kind,
    actor,
    subject: { type: 'relay', id: relayId },
    fields: { name, kind: relay.kind, networks, fingerprints, certificateNames, senderDomains, userId },
    ip,
  });
}
