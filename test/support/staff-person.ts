import type { Call } from '#contract/client.ts';
import { createApiKey, createAppPassword, signIn } from '#contract/identity.ts';
import type { Permission } from '#contract/permissions.ts';
import { openBrowserSession } from './browser-session.ts';
import { eventually } from './eventually.ts';

/** What of RFC 8621 §4 the tests look at. */
export interface StaffEmail {
  readonly id: string;
  readonly subject: string | null;
  readonly from: readonly { readonly email: string }[] | null;
  readonly threadId: string;
  readonly hasAttachment: boolean;
  readonly 'carepost:arrival': {
    readonly how: string;
    readonly encrypted: boolean;
    readonly words: string;
  } | null;
}

/** A member of staff who is signed in to the workspace. */
export interface StaffPerson {
  readonly email: string;
  readonly accountId: string;
  readonly fetch: typeof fetch;
  readonly call: Call;
  /** As a Cookie field. */
  cookies(): string;
  /** JMAP calls of one request (RFC 8620 §3.3); answers their responses. Throws when the request is refused. */
  jmap(
    ...calls: readonly [string, Record<string, unknown>, string][]
  ): Promise<[string, Record<string, unknown>, string][]>;
  /** What is in a folder, newest first. */
  folder(role: 'inbox' | 'sent', limit?: number): Promise<StaffEmail[]>;
  /** The subjects of everything in a folder, each as often as it is there. */
  everySubject(role: 'inbox' | 'sent'): Promise<(string | null)[]>;
  /** Waits until the inbox holds an email of this subject. */
  arrived(subject: string, limitMs?: number): Promise<StaffEmail>;
  /** The message as stored, from Received to the last line. */
  raw(emailId: string): Promise<Buffer>;
  newApiKey(...scopes: Permission[]): Promise<string>;
  newAppPassword(): Promise<string>;
}

const using = [
  'urn:ietf:params:jmap:core',
  'urn:ietf:params:jmap:mail',
  'urn:ietf:params:jmap:submission',
  'urn:carepost:mail',
];
const properties = ['id', 'subject', 'from', 'threadId', 'hasAttachment', 'carepost:arrival'];

const pageSize = 500;

export async function signInStaff(origin: string, email: string, password: string): Promise<StaffPerson> {
  const session = openBrowserSession(origin);
  const { user } = await session.call(signIn, { body: { email, password } });
  const accountId = user.userId;

  const jmap: StaffPerson['jmap'] = async (...methodCalls) => {
    const answer = await session.fetch(`${origin}/jmap/api`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ using, methodCalls }),
    });
    if (!answer.ok) throw new Error(`JMAP answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { methodResponses: [string, Record<string, unknown>, string][] })
      .methodResponses;
  };
  async function folderId(role: string): Promise<string | undefined> {
    const [[, found] = []] = await jmap(['Mailbox/get', { accountId, properties: ['id', 'role'] }, 'm']);
    const mailboxes = (found?.['list'] ?? []) as { id: string; role: string }[];
    return mailboxes.find((mailbox) => mailbox.role === role)?.id;
  }
  const folder: StaffPerson['folder'] = async (role, limit = 50) => {
    const inMailbox = await folderId(role);
    if (inMailbox === undefined) return [];
    const [, [, got] = []] = await jmap(
      [
        'Email/query',
        { accountId, filter: { inMailbox }, sort: [{ property: 'receivedAt', isAscending: false }], limit },
        'q',
      ],
      [
        'Email/get',
        { accountId, '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties },
        'g',
      ],
    );
    return (got?.['list'] ?? []) as StaffEmail[];
  };
  return {
    email,
    accountId,
    fetch: session.fetch,
    call: session.call,
    cookies: () => session.cookies(),
    jmap,
    folder,
    async everySubject(role) {
      const inMailbox = await folderId(role);
      const subjects: (string | null)[] = [];
      for (let position = 0; inMailbox !== undefined; position += pageSize) {
        const sort = [{ property: 'receivedAt', isAscending: true }];
        const [, [, got] = []] = await jmap(
          ['Email/query', { accountId, filter: { inMailbox }, sort, position, limit: pageSize }, 'q'],
          [
            'Email/get',
            {
              accountId,
              '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' },
              properties: ['subject'],
            },
            'g',
          ],
        );
        const page = (got?.['list'] ?? []) as { subject: string | null }[];
        subjects.push(...page.map(({ subject }) => subject));
        if (page.length < pageSize) break;
      }
      return subjects;
    },
    arrived: (subject, limitMs) =>
      eventually(
        `an email with the subject "${subject}" is in the inbox`,
        async () => (await folder('inbox')).find((one) => one.subject === subject),
        limitMs,
      ),
    async raw(emailId) {
      const [[, got] = []] = await jmap([
        'Email/get',
        { accountId, ids: [emailId], properties: ['blobId'] },
        'g',
      ]);
      const [email] = (got?.['list'] ?? []) as { blobId: string }[];
      const answer = await session.fetch(
        `${origin}/jmap/download/${accountId}/${email?.blobId}/message.eml?type=message/rfc822`,
      );
      if (!answer.ok) throw new Error(`The download was answered ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    },
    async newApiKey(...scopes) {
      return (await session.call(createApiKey, { body: { name: 'A script', scopes, expiresInDays: 7 } })).key;
    },
    async newAppPassword() {
      return (await session.call(createAppPassword, { body: { name: 'A mail program' } })).password;
    },
  };
}
