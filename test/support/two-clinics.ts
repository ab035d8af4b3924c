import { createUser, listApiKeys, listAppPasswords, listSessions } from '#contract/identity.ts';
import { listContacts } from '#contract/contacts.ts';
import { listDomains } from '#contract/domains.ts';
import { rolePermissions, roles, type Role } from '#contract/permissions.ts';
import { addKeys, generateOwnKey } from '#contract/keys.ts';
import { getPortalInbox, openPortalSession, requestCode } from '#contract/portal.ts';
import { getTimeline, sendMessage } from '#contract/sending.ts';
import { openLab, type LabClient } from '../e2e/lab-client.ts';
import { openBrowserSession, type BrowserSession } from './browser-session.ts';
import { startCarepost, type RunningCarepost } from './carepost.ts';
import { rotateDkim } from '#contract/domain-dns.ts';
import { createForwarding } from '#contract/forwarding.ts';
import { createRelay } from '#contract/gateway.ts';
import { createOrganization } from './organization-command.ts';
import { signInStaff, type StaffPerson } from './staff-person.ts';

/** What a nurse of the lab's clinic has that nobody else may reach: ids as they stand in paths. */
export interface Belongings {
  readonly contactId: string;
  /** In the directory, which the administrator keeps. */
  readonly keyId: string;
  readonly ownKeyId: string;
  readonly domainId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly apiKeyId: string;
  readonly appPasswordId: string;
  /** Sent to a patient, who has it in the portal. */
  readonly messageId: string;
  readonly recipientId: string;
  readonly offerId: string;
  readonly threadId: string;
  readonly folderId: string;
  readonly draftId: string;
  readonly uploadId: string;
  /** Of the clinic, made by its administrator. */
  readonly relayId: string;
  /** Of an address that forwards, made by its administrator. */
  readonly forwardingId: string;
  /** Of a signing key of the clinic's domain. */
  readonly dkimKeyId: string;
}

/** Two organisations on one carepost: the lab's, with something to take, and another's people. */
export interface TwoClinics extends AsyncDisposable {
  readonly carepost: RunningCarepost;
  readonly lab: LabClient;
  readonly nurse: StaffPerson;
  /** Of the same organisation as the nurse. */
  readonly colleague: StaffPerson;
  /** One of each role of the other organisation. */
  readonly strangers: Readonly<Record<Role, StaffPerson>>;
  /** A stranger's key that may read contacts and nothing else. */
  readonly weakKey: string;
  readonly belongings: Belongings;
  /** Words that only the nurse's organisation knows; no answer to a stranger may hold one. */
  readonly secrets: readonly string[];
  /** The patient, signed in to the portal of the nurse's organisation. */
  readonly patient: BrowserSession;
  /** Others in a portal: of the same organisation, and the same patient at the other organisation's. */
  readonly otherRecipients: Readonly<Record<string, BrowserSession>>;
}

const password = 'copper-violin-meadow-52';
const subject = 'Your result of Tuesday';

export async function startTwoClinics(): Promise<TwoClinics> {
  await using stack = new AsyncDisposableStack();
  const carepost = stack.use(await startCarepost());
  const lab = openLab(carepost.url);
  const signIn = (email: string) => {
    const user = carepost.lab.users.find((one) => one.email === email);
    return signInStaff(carepost.url, email, user?.password ?? password);
  };

  const administrator = { name: 'Another Administrator', email: 'administrator@elsewhere.test', password };
  const elsewhere = { name: 'Elsewhere Clinic', slug: 'elsewhere', domain: 'elsewhere.test', administrator };
  await createOrganization({ CAREPOST_DATA: carepost.dataFolder }, elsewhere);
  const chief = await signIn(administrator.email);
  for (const role of roles.filter((one) => one !== 'administrator'))
    await chief.call(createUser, {
      body: { displayName: `Stranger ${role}`, email: `${role}@elsewhere.test`, role, password },
    });
  const strangers = {
    administrator: chief,
    clinician: await signIn('clinician@elsewhere.test'),
    'front-desk': await signIn('front-desk@elsewhere.test'),
  };

  const nurse = await signIn('nurse@lakeside.test');
  const colleague = await signIn('desk@lakeside.test');
  await nurse.newApiKey(...rolePermissions.clinician);
  await nurse.newAppPassword();
  const { messageId } = await write(nurse, 'jane@mail.test', subject);
  await write(nurse, 'luis@mail.test', 'For somebody else');
  await write(strangers.clinician, 'jane@mail.test', 'From elsewhere');
  await lab.settle();

  const patient = await visit(carepost, lab, 'jane@mail.test', 'Lakeside Clinic');
  const otherRecipients = {
    'another recipient of the same organisation': await visit(
      carepost,
      lab,
      'luis@mail.test',
      'Lakeside Clinic',
    ),
    'the same recipient at another organisation': await visit(
      carepost,
      lab,
      'jane@mail.test',
      'Elsewhere Clinic',
    ),
  };
  const gathered = await gather(nurse, carepost, messageId, patient);
  const administratorHere = carepost.lab.users.find(({ role }) => role === 'administrator');
  const relay = {
    name: 'Exchange',
    kind: 'own-server' as const,
    networks: ['192.0.2.1'],
    senderDomains: ['lakeside.test'],
    userId: nurse.accountId,
  };
  const administratorOfClinic = await signIn(administratorHere?.email ?? '');
  const { relayId } = await administratorOfClinic.call(createRelay, { body: relay });
  const forwarding = { address: 'referrals@lakeside.test', targets: ['office@verified.test'] };
  const { forwardingId } = await administratorOfClinic.call(createForwarding, { body: forwarding });
  const { keys } = await administratorOfClinic.call(rotateDkim, { params: { domainId: gathered.domainId } });
  const belongings: Belongings = { ...gathered, relayId, forwardingId, dkimKeyId: keys[0]?.keyId ?? '' };
  const started = stack.move();
  return {
    carepost,
    lab,
    nurse,
    colleague,
    strangers,
    weakKey: await strangers.clinician.newApiKey('contact.read'),
    belongings,
    secrets: [...Object.values(belongings), 'lakeside', 'Lakeside', 'Jane Sample', subject],
    patient,
    otherRecipients,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function write(from: StaffPerson, to: string, title: string) {
  const body = {
    to: [to],
    subject: title,
    text: 'All is well.',
    attachments: [{ filename: 'result.pdf', contentBase64: 'UERG' }],
    category: 'clinical' as const,
    options: { protection: 'portal' as const },
  };
  return from.call(sendMessage, { body });
}

/** Follows the link in the notice of an organisation and gives the code that it mails. */
async function visit(
  { url }: RunningCarepost,
  lab: LabClient,
  address: string,
  organization: string,
): Promise<BrowserSession> {
  const notice = await lab.awaits(
    address,
    ({ subject: title }) => title === `You have a secure message from ${organization}`,
  );
  const token = notice.links.find((link) => link.includes('/p/'))?.split('/p/')[1] ?? '';
  const session = openBrowserSession(url);
  await session.call(requestCode, { params: { token } });
  await lab.settle();
  const letter = await lab.awaits(address, ({ subject: title }) => title === `Your code for ${organization}`);
  await session.call(openPortalSession, { params: { token }, body: { code: letter.codes[0] ?? '' } });
  return session;
}

async function gather(
  nurse: StaffPerson,
  carepost: RunningCarepost,
  messageId: string,
  patient: BrowserSession,
): Promise<Omit<Belongings, 'relayId' | 'forwardingId' | 'dkimKeyId'>> {
  const { accountId } = nurse;
  const [contact] = (await nurse.call(listContacts, { query: {} })).items;
  const ownKey = await nurse.call(generateOwnKey, { body: { address: nurse.email } });
  const keyId = await addToDirectory(carepost, ownKey.publicText);
  const [domain] = (await nurse.call(listDomains, { query: {} })).items;
  const [session] = (await nurse.call(listSessions)).items;
  const [apiKey] = (await nurse.call(listApiKeys)).items;
  const [appPassword] = (await nurse.call(listAppPasswords)).items;
  const [recipient] = (await nurse.call(getTimeline, { params: { messageId } })).recipients;
  const [offer] = (await patient.call(getPortalInbox, { query: {} })).items;
  const [email] = await nurse.folder('sent');
  const upload = await nurse.fetch(`${carepost.url}/jmap/upload/${accountId}`, {
    method: 'POST',
    body: 'a file',
  });
  const { blobId } = (await upload.json()) as { blobId: string };
  const [[, got] = []] = await nurse.jmap(['Mailbox/get', { accountId }, 'm']);
  const folders = (got?.['list'] ?? []) as { id: string; role: string }[];
  const drafts = folders.find(({ role }) => role === 'drafts')?.id ?? '';
  const draft = {
    mailboxIds: { [drafts]: true },
    keywords: { $draft: true },
    from: [{ email: nurse.email }],
    to: [{ email: 'jane@mail.test' }],
    subject,
  };
  const [[, made] = []] = await nurse.jmap(['Email/set', { accountId, create: { d: draft } }, 's']);
  const created = made?.['created'] as { d?: { id: string } } | undefined;
  const belongings = {
    contactId: contact?.contactId,
    keyId,
    ownKeyId: ownKey.keyId,
    domainId: domain?.domainId,
    userId: accountId,
    sessionId: session?.sessionId,
    apiKeyId: apiKey?.apiKeyId,
    appPasswordId: appPassword?.appPasswordId,
    messageId,
    recipientId: recipient?.recipientId,
    offerId: offer?.offerId,
    threadId: email?.threadId,
    folderId: folders.find(({ role }) => role === 'inbox')?.id,
    draftId: created?.d?.id,
    uploadId: blobId.slice(2),
  };
  const missing = Object.entries(belongings)
    .filter(([, id]) => !id)
    .map(([name]) => name);
  if (missing.length > 0) throw new Error(`The nurse lacks ${missing.join(', ')}`);
  return belongings as Belongings;
}

async function addToDirectory({ url, lab }: RunningCarepost, key: string): Promise<string | undefined> {
  const user = lab.users.find(({ role }) => role === 'administrator');
  const administrator = await signInStaff(url, user?.email ?? '', user?.password ?? '');
  const { items } = await administrator.call(addKeys, { body: { key } });
  return items[0]?.keyId;
}
