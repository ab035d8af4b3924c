import type { OrganizationId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { Permission } from '#contract/permissions.ts';
import { maxRecipients } from '#contract/sending.ts';
import type { DomainsModule } from '#modules/domains/index.ts';
import { domainOf, normalizeAddress, parseAddress } from '#protocols/mime/index.ts';
import type { Recipient, Refused, Sender } from './command.ts';
import type { EntryProblem } from './errors.ts';

export interface Submission {
  readonly organizationId: OrganizationId;
  readonly sender: Sender;
  readonly recipients: readonly Recipient[];
  readonly category: MessageCategory;
}

export type Checked = { readonly ok: true; readonly recipients: readonly Recipient[] } | Refused;

type SendingRight = Extract<Permission, 'message.send.internal' | 'message.send.external'>;

const lackingWords: Record<SendingRight, string> = {
  'message.send.internal':
    'You may not send to colleagues: this needs the right "message.send.internal". Ask your administrator for it.',
  'message.send.external':
    'You may not send to people outside the organisation: this needs the right "message.send.external". Ask your administrator for it.',
};

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
  const { sender, category } = submission;
  if (submission.recipients.length === 0) return refuse('invalid-request', 'Name at least one recipient.');
  if (submission.recipients.length > maxRecipients) {
    return refuse(
      'invalid-request',
      `A message goes to at most ${maxRecipients} recipients; this one has ${submission.recipients.length}.`,
    );
  }
  const problems = entryProblems(submission.recipients, addressProblem);
  if (problems.length > 0)
    return refuse('invalid-address', 'Some recipients are not valid email addresses.', problems);
  if (!sender.categories.has(category))
    return refuse('category-not-allowed', `Your role may not send messages of the category "${category}".`);
  const inside = await ownDomains(ports, submission);
  const rightFor = ({ address }: Recipient): SendingRight =>
    inside.has(domainOf(address) ?? '') ? 'message.send.internal' : 'message.send.external';
  const lacking = new Set<SendingRight>();
  const refused = entryProblems(submission.recipients, (recipient) => {
    const right = rightFor(recipient);
    if (sender.permissions.has(right)) return undefined;
    lacking.add(right);
    return `This recipient needs the right "${right}".`;
  });
  if (refused.length > 0)
    return refuse('forbidden', [...lacking].map((right) => lackingWords[right]).join(' '), refused);
  if (
    category === 'internal' &&
    submission.recipients.some((each) => rightFor(each) === 'message.send.external')
  )
    return refuse('forbidden', 'Messages of the category "internal" stay inside the organisation.');
  return { ok: true, recipients: withoutRepetitions(submission.recipients) };
}

/** What `problemOf` says of each entry, by kind and position. */
function entryProblems(
  recipients: readonly Recipient[],
  problemOf: (recipient: Recipient) => string | undefined,
): EntryProblem[] {
  const counts = { to: 0, cc: 0, bcc: 0 };
  return recipients.flatMap((recipient) => {
    const { kind } = recipient;
    const position = counts[kind];
    counts[kind] += 1;
    const message = problemOf(recipient);
    return message === undefined ? [] : [{ path: `${kind}/${position}`, message }];
  });
}

/** With the value that came: in the answer only, never in a log. */
function addressProblem({ address }: Recipient): string | undefined {
  return parseAddress(address.trim()) === null
    ? `"${address.slice(0, 320)}" is not an email address`
    : undefined;
}

/** The first mention counts: To before Cc before Bcc, as given. */
function withoutRepetitions(recipients: readonly Recipient[]): Recipient[] {
  const seen = new Set<string>();
  return recipients.flatMap((recipient) => {
    const key = normalizeAddress(recipient.address);
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ ...recipient, address: recipient.address.trim() }];
  });
}

/** Those domains of the recipients that are the organisation's own. */
async function ownDomains(
  { domains }: { domains: Pick<DomainsModule, 'findByName'> },
  { organizationId, recipients }: Submission,
): Promise<Set<string>> {
  const own = new Set<string>();
  for (const name of new Set(recipients.map(({ address }) => domainOf(address) ?? ''))) {
    if ((await domains.findByName(name))?.organizationId === organizationId) own.add(name);
  }
  return own;
}
