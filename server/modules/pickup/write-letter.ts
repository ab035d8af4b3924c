import type { MessageId, OfferId, OrganizationId, RecipientId, UserId } from '#contract/ids.ts';
import type { Tx } from '#platform/database/database.ts';
import { newId } from '#platform/ids.ts';
import { domainOf } from '#protocols/mime/index.ts';
import { letterWritten } from './audit-trail.ts';
import { composeLetter } from './compose-letter.ts';
import { PickupError } from './errors.ts';
import { letterReady } from './events.ts';
import type { LetterId, LetterKind } from './letter.ts';
import { insertLetter } from './letter-store.ts';
import { letterWords } from './letter-words.ts';
import type { PickupPorts } from './ports.ts';
import { addressOf } from './recipient-store.ts';

export interface NewLetter {
  readonly organizationId: OrganizationId;
  readonly kind: LetterKind;
  readonly recipientId: RecipientId;
  /** Whose domain it is written from. */
  readonly senderId: UserId;
  readonly offerId: OfferId | null;
  readonly link?: string;
  readonly code?: string;
  readonly availableUntil?: Date;
}

/** Composes and stores a letter; delivery sends it after the commit. */
export async function writeLetter(tx: Tx, ports: PickupPorts, letter: NewLetter): Promise<void> {
  const { organizationId, kind, recipientId } = letter;
  const [organization, sender, address] = [
    await ports.organizations.get(tx, organizationId),
    await ports.identity.getUser(tx, organizationId, letter.senderId),
    await addressOf(tx, ports.keyring, organizationId, recipientId),
  ];
  const domain = domainOf(sender?.email ?? '');
  if (address === undefined || domain === null) {
    throw new PickupError('not-found', 'The recipient or the sender of a letter is not there any more.');
  }
  const name = organization.settings.portalName;
  const messageId = newId<MessageId>();
  const raw = await composeLetter({
    from: { name, address: `secure@${domain}` },
    to: address,
    words: letterWords[kind]({
      organizationName: name,
      ...(letter.availableUntil === undefined ? {} : { availableUntil: letter.availableUntil }),
    }),
    ...(letter.link === undefined ? {} : { link: letter.link }),
    ...(letter.code === undefined ? {} : { code: letter.code }),
    messageId: `${messageId}@${domain}`,
    date: ports.clock.now(),
  });
  const intake = await ports.messages.fromRaw(organizationId, raw);
  await ports.messages.store(tx, [
    { messageId, organizationId, intake, direction: 'system', category: 'administrative' },
  ]);
  const letterId = newId<LetterId>();
  const row = {
    organizationId,
    letterId,
    kind,
    recipientId,
    offerId: letter.offerId,
    messageId,
    returnPath: `bounces@${domain}`,
    sizeBytes: intake.sizeBytes,
  };
  await insertLetter(tx, row, ports.clock.now());
  await letterWritten(ports.audit, tx, row);
  await ports.outbox.publish(tx, letterReady, organizationId, { letterId, messageId, kind });
}
