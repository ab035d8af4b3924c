import * as z from 'zod';
import { maxRecipients } from '#contract/sending.ts';
import type { Recipient } from '#modules/sending/index.ts';
import {
  normalizeAddress,
  parseAddress,
  parseAddressList,
  readEssentialHeaders,
  type EssentialHeaders,
  type HeaderSection,
} from '#protocols/mime/index.ts';
import { invalidProperties, type Json, type SetError } from '#protocols/jmap/index.ts';

/** RFC 8621 §7. Parameters of SMTP are what `sending` decides: none can be given. */
export const EnvelopeAddress = z.object({
  email: z.string().max(1_024),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

export const Envelope = z.strictObject({ mailFrom: EnvelopeAddress, rcptTo: z.array(EnvelopeAddress) });

export interface DraftEnvelope {
  readonly mailFrom: string;
  readonly recipients: readonly Recipient[];
}

type Outcome =
  | { readonly ok: true; readonly envelope: DraftEnvelope }
  | { readonly ok: false; readonly error: SetError };

/**
 * From whom and to whom a draft goes: as the client says, else as its header says (RFC 8621 §7.5). Who is
 * named by the client alone is a Bcc. `own` are the addresses of the sender.
 */
export function readEnvelope(
  given: Json | undefined,
  section: HeaderSection,
  identityAddress: string,
  own: readonly string[],
): Outcome {
  const headers = readEssentialHeaders(section);
  const isOwn = (address: string) => own.some((each) => normalizeAddress(each) === normalizeAddress(address));
  if (headers.from.length !== 1)
    return refuse({
      type: 'invalidEmail',
      properties: ['from'],
      description: 'A message has one address in From.',
    });
  if (![...headers.from, ...headers.sender].every(({ address }) => isOwn(address)))
    return refuse({ type: 'forbiddenFrom' });
  const named = namedRecipients(headers, section);
  if (given === undefined || given === null) return check(identityAddress, named);
  const parsed = Envelope.safeParse(given);
  if (!parsed.success) return refuse(invalidProperties(['envelope']));
  const { mailFrom, rcptTo } = parsed.data;
  if ([mailFrom, ...rcptTo].some(({ parameters }) => parameters && Object.keys(parameters).length > 0)) {
    return refuse(invalidProperties(['envelope'], 'Parameters are not taken.'));
  }
  if (!isOwn(mailFrom.email)) return refuse({ type: 'forbiddenMailFrom' });
  const kinds = new Map(named.map(({ address, kind }) => [normalizeAddress(address), kind]));
  return check(
    mailFrom.email,
    rcptTo.map(({ email }) => ({ address: email, kind: kinds.get(normalizeAddress(email)) ?? 'bcc' })),
  );
}

/** What a person wrote in To and is no address is named too: it must not be lost without a word. */
function namedRecipients(headers: EssentialHeaders, section: HeaderSection): Recipient[] {
  return (['to', 'cc', 'bcc'] as const).flatMap((kind) => {
    const values = section.fields.filter(({ key }) => key === kind).map(({ value }) => value);
    const addresses = [
      ...headers[kind].map(({ address }) => address),
      ...values.flatMap((value) => parseAddressList(value).invalid),
    ];
    return addresses.map((address) => ({ address, kind }));
  });
}

function check(mailFrom: string, recipients: readonly Recipient[]): Outcome {
  const unique = [
    ...new Map(recipients.toReversed().map((each) => [normalizeAddress(each.address), each])).values(),
  ].toReversed();
  if (unique.length === 0) return refuse({ type: 'noRecipients' });
  if (unique.length > maxRecipients) return refuse({ type: 'tooManyRecipients', maxRecipients });
  const invalid = unique
    .filter(({ address }) => parseAddress(address) === null)
    .map(({ address }) => address);
  if (invalid.length > 0) return refuse({ type: 'invalidRecipients', invalidRecipients: invalid });
  return { ok: true, envelope: { mailFrom, recipients: unique } };
}

function refuse(error: SetError): Outcome {
  return { ok: false, error };
}
