import { timingSafeEqual } from 'node:crypto';
import type { Sender } from '#modules/sending/index.ts';
import { domainOf, type HeaderSection } from '#protocols/mime/index.ts';
import { smtpReply, type SmtpReply } from '#protocols/smtp/index.ts';
import { editSubmission, type EditedSubmission } from './edit-submission.ts';
import type { Relay } from './relay.ts';
import { digestOf } from './relays.ts';
import { tooManyHops } from './replies.ts';
import { mostPasses, passesThrough } from './trace-fields.ts';

export interface RelayedHeader {
  readonly section: HeaderSection;
  readonly relay: Pick<Relay, 'senderDomains' | 'tokenDigest'>;
  readonly sender: Sender;
  readonly hostname: string;
  readonly received: string;
  readonly messageIdHeader: string;
  readonly now: Date;
}

export type EditedRelayed = EditedSubmission;

/** The secret by which a customer of a shared service shows that it is this one. */
const tokenField = 'x-carepost-gateway';

const noToken = smtpReply(
  550,
  '5.7.1',
  'The field X-Carepost-Gateway is missing or wrong: anybody could send from this service',
);
const noFrom = smtpReply(550, '5.6.0', 'There is no field From');

/** What becomes of the header of a message of an organisation's own server: as for what users submit, with any address of its domains. */
export function editRelayed(header: RelayedHeader): EditedRelayed {
  const { section, relay, sender, hostname, received, messageIdHeader, now } = header;
  const refuse = (reply: SmtpReply): EditedRelayed => ({ ok: false, reply });
  const tokens = section.fields.filter(({ key }) => key === tokenField);
  if (relay.tokenDigest !== null && !isToken(tokens, relay.tokenDigest)) return refuse(noToken);
  if (passesThrough(section, hostname) > mostPasses) return refuse(tooManyHops);
  if (!section.fields.some(({ key }) => key === 'from')) return refuse(noFrom);
  const domains = new Set(relay.senderDomains);
  return editSubmission({
    section: { ...section, fields: section.fields.filter(({ key }) => key !== tokenField) },
    sender,
    ownAddresses: { has: (address) => domains.has(domainOf(address) ?? '') },
    envelopeFrom: sender.address,
    received,
    messageIdHeader,
    now,
  });
}

function isToken(fields: HeaderSection['fields'], digest: Buffer): boolean {
  const [field, ...more] = fields;
  return field !== undefined && more.length === 0 && timingSafeEqual(digestOf(field.value.trim()), digest);
}
