import type { OrganizationId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { Recipient, SendOptions } from './command.ts';

/** What dispatching needs to know, sealed as one value in the submission's row. */
export interface Envelope {
  /** Envelope sender of the copies that leave this server. */
  readonly returnPath: string;
  /** Of the whole message. */
  readonly sizeBytes: number;
  readonly recipients: readonly Recipient[];
  readonly options: SendOptions;
}

const purpose = 'sending.submission.envelope';

export const sealEnvelope = (
  keyring: Keyring,
  organizationId: OrganizationId,
  envelope: Envelope,
): Promise<Buffer> => keyring.seal(organizationId, purpose, JSON.stringify(envelope));

export async function openEnvelope(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<Envelope> {
  return JSON.parse(await keyring.openText(organizationId, purpose, sealed)) as Envelope;
}
