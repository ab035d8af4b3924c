import type { MessageCategory } from '#contract/messages.ts';
import type { SendOptions, Sender } from '#modules/sending/index.ts';
import {
  normalizeAddress,
  parseAddressList,
  type HeaderEdit,
  type HeaderSection,
} from '#protocols/mime/index.ts';
import { smtpReply, type SmtpReply } from '#protocols/smtp/index.ts';
import { isControlField, readControlFields } from './control-fields.ts';
import { tooManyHops } from './replies.ts';
import { formatDate, goesInCircles } from './trace-fields.ts';

export interface SubmittedHeader {
  readonly section: HeaderSection;
  readonly sender: Sender;
  /** Normalised addresses that the sender may write as. */
  readonly ownAddresses: Pick<ReadonlySet<string>, 'has'>;
  readonly envelopeFrom: string;
  readonly received: string;
  /** For a message without one, without angle brackets. */
  readonly messageIdHeader: string;
  readonly now: Date;
}

export type EditedSubmission =
  | {
      readonly ok: true;
      readonly edit: HeaderEdit;
      readonly category: MessageCategory;
      readonly options: SendOptions;
    }
  | { readonly ok: false; readonly reply: SmtpReply };

/**
 * Of a submitted header: never sent on, whoever wrote them. TLS-Required: No would let servers after us send weaker
 * (RFC 8689 §5); here no sender may ask for that.
 */
const removed = new Set(['bcc', 'resent-bcc', 'return-path', 'tls-required']);

/**
 * What becomes of the header of a submitted message (RFC 6409 §6, §8): names of the sender are checked, our
 * control fields read and taken out, Bcc taken out, Received put on top, Date, Message-ID and From added
 * where they are missing.
 */
export function editSubmission(header: SubmittedHeader): EditedSubmission {
  const { section, sender } = header;
  if (goesInCircles(section)) return { ok: false, reply: tooManyHops };
  const read = readControlFields(section);
  if (!read.ok) return read;
  const category = read.control.category ?? defaultCategory(sender);
  const refusal = checkCategory(category, sender) ?? checkNames(header);
  if (refusal !== null) return { ok: false, reply: refusal };
  const prepend = [{ name: 'Received', value: header.received }, ...missingFields(header)];
  const edit = { remove: (key: string) => removed.has(key) || isControlField(key), prepend };
  return { ok: true, edit, category, options: read.control.options };
}

/** Mail programs cannot name a category: what a clinician writes is clinical until said otherwise. */
export function defaultCategory({ categories }: Pick<Sender, 'categories'>): MessageCategory {
  return categories.has('clinical') ? 'clinical' : 'administrative';
}

function checkCategory(category: MessageCategory, { categories }: Sender): SmtpReply | null {
  if (categories.has(category)) return null;
  return smtpReply(
    550,
    '5.7.1',
    `Your role may not send messages of the category ${category}; allowed are ${[...categories].join(', ')}`,
  );
}

/** Nobody writes in another's name. Two From fields would show one name here and another there. */
function checkNames({ section: { fields }, ownAddresses }: SubmittedHeader): SmtpReply | null {
  for (const key of ['from', 'sender']) {
    const values = fields.filter((field) => field.key === key).map(({ value }) => value);
    if (values.length > 1) return smtpReply(550, '5.6.0', `There is more than one field ${key}`);
    for (const value of values) {
      const { entries, invalid } = parseAddressList(value);
      const mailboxes = entries.flatMap((entry) => ('members' in entry ? entry.members : [entry]));
      if (mailboxes.length !== 1 || invalid.length > 0)
        return smtpReply(550, '5.6.0', `The field ${key} must hold one address`);
      if (!mailboxes.every(({ address }) => ownAddresses.has(normalizeAddress(address)))) {
        return smtpReply(550, '5.7.1', `The address in the field ${key} is not one of yours`);
      }
    }
  }
  return null;
}

function missingFields({
  section: { fields },
  envelopeFrom,
  messageIdHeader,
  now,
}: SubmittedHeader): { name: string; value: string }[] {
  const has = (name: string) => fields.some(({ key }) => key === name);
  return [
    ...(has('from') ? [] : [{ name: 'From', value: envelopeFrom }]),
    ...(has('date') ? [] : [{ name: 'Date', value: formatDate(now) }]),
    ...(has('message-id') ? [] : [{ name: 'Message-ID', value: `<${messageIdHeader}>` }]),
  ];
}
