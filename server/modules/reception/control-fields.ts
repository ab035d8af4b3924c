import { MessageCategory } from '#contract/messages.ts';
import { maxOfferDays } from '#contract/sending.ts';
import type { SendOptions } from '#modules/sending/index.ts';
import type { HeaderSection } from '#protocols/mime/index.ts';
import { smtpReply, type SmtpReply } from '#protocols/smtp/index.ts';

/** What a program that submits by SMTP may say in fields of the header, docs/smtp.md. They are taken out before the message is stored. */
export interface ControlFields {
  /** Undefined: not named; the default of the sender's role. */
  readonly category: MessageCategory | undefined;
  readonly options: SendOptions;
}

const prefix = 'x-carepost-';

/** True for every field that is ours, known or not. */
export function isControlField(key: string): boolean {
  return key.startsWith(prefix);
}

const readers: Record<
  string,
  (value: string) => Partial<{ category: MessageCategory } & SendOptions> | string
> = {
  'x-carepost-category'(value) {
    const category = MessageCategory.safeParse(value);
    return category.success ? { category: category.data } : `one of ${MessageCategory.options.join(', ')}`;
  },
  'x-carepost-protection'(value) {
    if (value === 'automatic') return {};
    return value === 'portal' ? { protection: 'portal' } : 'automatic or portal';
  },
  'x-carepost-expires'(value) {
    const days = Number(/^([0-9]{1,3})(?: days?)?$/.exec(value)?.[1]);
    return days >= 1 && days <= maxOfferDays
      ? { expiresInDays: days }
      : `a number of days from 1 to ${maxOfferDays}`;
  },
  'x-carepost-require-tls'(value) {
    return value === 'yes' || value === 'no' ? { requireTls: value === 'yes' } : 'yes or no';
  },
};

const knownNames = 'X-Carepost-Category, X-Carepost-Protection, X-Carepost-Expires, X-Carepost-Require-TLS';

/**
 * Reads them. A field that is misspelt, repeated or not understood refuses the message: somebody meant to
 * protect it in some way, and a silent guess would not.
 */
export function readControlFields({
  fields,
}: HeaderSection):
  | { readonly ok: true; readonly control: ControlFields }
  | { readonly ok: false; readonly reply: SmtpReply } {
  const seen = new Set<string>();
  let read: Partial<{ category: MessageCategory } & SendOptions> = {};
  for (const { key, value } of fields) {
    if (!isControlField(key)) continue;
    const reader = readers[key];
    if (reader === undefined)
      return refuse(`There is a field X-Carepost-… that is not known; known are ${knownNames}`);
    if (seen.has(key)) return refuse(`${key} is there more than once`);
    seen.add(key);
    const result = reader(value.trim().toLowerCase());
    if (typeof result === 'string') return refuse(`${key} must be ${result}`);
    read = { ...read, ...result };
  }
  const { category, ...options } = read;
  return { ok: true, control: { category, options } };
}

function refuse(text: string): { readonly ok: false; readonly reply: SmtpReply } {
  return { ok: false, reply: smtpReply(550, '5.6.0', text) };
}
