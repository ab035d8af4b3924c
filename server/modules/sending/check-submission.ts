import type { OrganizationId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import { maxRecipients } from '#contract/sending.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import { normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import type { Recipient, Refused, Sender } from './command.ts';
import type { EntryProblem } from './errors.ts';

export interface Submission {
  readonly organizationId: OrganizationId;
  readonly sender: Sender;
  readonly recipients: readonly Recipient[];
  readonly category: MessageCategory;
}

export type Checked = { readonly ok: true; readonly recipients: readonly Recipient[] } | Refused;

const refuse = (code: Refused['code'], reason: string, errors?: readonly EntryProblem[]): Refused => ({
  ok: false,
  code,
  reason,
  ...(errors === undefined ? {} : { errors }),
});

/**
 * What can be said of a submission without its content: are these addresses, how many, and may this
 * sender send this category to them. Deny by default. The recipients come back without repetitions.
 */
export async function checkSubmission(
  ports: { readonly domains: Pick<DomainsModule, 'findByName'> },
  submission: Submission,
): Promise<Checked> {
  const { sender, category, organizationId } = submission;
  if (submission.recipients.length === 0) return refuse('invalid-request', 'Name at least one recipient.');
  if (submission.recipients.length > maxRecipients) {
    return refuse(
      'invalid-request',
      `A message goes to at most ${maxRecipients} recipients; this one has ${submission.recipients.length}.`,
    );
  }
  const problems = addressProblems(submission.recipients);
  if (problems.length > 0)
    return refuse('invalid-address', 'Some recipients are not valid email addresses.', problems);
  if (!sender.categories.has(category))
    return refuse('category-not-allowed', `Your role may not send messages of the category "${category}".`);
  const recipients = withoutRepetitions(submission.recipients);
  const outside = await anyOutside(ports, organizationId, recipients);
  if (outside && category === 'internal')
    return refuse('forbidden', 'Messages of the category "internal" stay inside the organisation.');
  if (outside && !sender.permissions.has('message.send.external'))
    return refuse('forbidden', 'You may not send to people outside the organisation.');
  if (!sender.permissions.has('message.send.internal') && !outside)
    return refuse('forbidden', 'You may not send messages.');
  return { ok: true, recipients };
}

/** Each bad entry by its kind and position, and with the value that came: in the answer only, never in a log. */
function addressProblems(recipients: readonly Recipient[]): EntryProblem[] {
  const counts = { to: 0, cc: 0, bcc: 0 };
  return recipients.flatMap(({ address, kind }) => {
    const position = counts[kind];
    counts[kind] += 1;
    return parseAddress(address.trim()) === null
      ? [{ path: `${kind}/${position}`, message: `"${address.slice(0, 320)}" is not an email address` }]
      : [];
  });
}

/** The first mention counts: To before Cc before Bcc, as given. */
function withoutRepetitions(recipients: readonly Recipient[]): Recipient[] {
  const seen = new Set<string>();
  return recipients.flatMap(({ address, kind }) => {
    const key = normalizeAddress(address);
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ address: address.trim(), kind }];
  });
}

async function anyOutside(
  { domains }: { domains: Pick<DomainsModule, 'findByName'> },
  organizationId: OrganizationId,
  recipients: readonly Recipient[],
): Promise<boolean> {
  const names = new Set(recipients.map(({ address }) => parseAddress(address)?.domain ?? ''));
  for (const name of names) {
    if ((await domains.findByName(name))?.organizationId !== organizationId) return true;
  }
  return false;
}
