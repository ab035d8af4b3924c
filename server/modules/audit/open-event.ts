import type { OrganizationId } from '#contract/ids.ts';
import type { Keyring } from '#platform/keyring/keyring.ts';
import type { EventBody } from './audit-event.ts';
import { saltBytes } from './leaf.ts';
import { bodyPurpose } from './record-events.ts';

export interface OpenedEvent {
  readonly salt: Buffer;
  readonly body: EventBody;
}

/** Throws KeyringError when the sealed value was changed or destroyed. */
export async function openEvent(
  keyring: Keyring,
  organizationId: OrganizationId,
  sealed: Buffer,
): Promise<OpenedEvent> {
  const opened = await keyring.open(organizationId, bodyPurpose, sealed);
  // Authenticated: nobody but us can have sealed it, so its shape is ours.
  return {
    salt: opened.subarray(0, saltBytes),
    body: JSON.parse(opened.toString('utf8', saltBytes)) as EventBody,
  };
}
