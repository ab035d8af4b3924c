import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { QuarantineReason } from '#contract/quarantine.ts';
import type { Onwards } from './forward.ts';
import type { InboundMessage } from './store-inbound.ts';

/** Why a message is not delivered but held until a person decides. */
export interface QuarantineCause {
  readonly reason: QuarantineReason;
  /** For `virus` the signature's name, for `authentication` the domain in From. */
  readonly detail: string;
}

/** What is kept of a held message beside its content, sealed. */
export interface HeldFacts extends QuarantineCause, Partial<Onwards> {
  readonly envelopeFrom: string;
  /** As the envelope named them. */
  readonly recipients: readonly string[];
  readonly recipientUserIds: readonly UserId[];
  /** Those of them that are passed on when it is released. */
  readonly passOn: readonly string[];
  /** It came with REQUIRETLS (RFC 8689). */
  readonly requireTls?: true;
  readonly arrival: InboundMessage['arrival'];
}

export interface HeldMessage extends HeldFacts {
  readonly organizationId: OrganizationId;
  readonly messageId: MessageId;
  readonly sizeBytes: number;
  readonly quarantinedAt: Date;
}

/** In words, for those who decide. */
export function quarantineWords({ reason, detail }: QuarantineCause): string {
  switch (reason) {
    case 'virus':
      return `The virus scanner found ${detail} in it.`;
    case 'authentication':
      return `It claims to come from ${detail}, which could not be confirmed, and ${detail} asks that such mail is held back (DMARC).`;
  }
}
