import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import { permissionsOf } from '#modules/identity/index.ts';
import {
  createMailboxModule,
  type Arrival,
  type FolderRole,
  type MailboxModule,
} from '#modules/mailbox/index.ts';
import { openBlobStore, type BlobStore } from '#platform/blobs/index.ts';
import { createHttpServer } from '#platform/http/http-server.ts';
import type { Permission } from '#contract/permissions.ts';
import type { StaffPrincipal } from '#platform/http/principal.ts';
import { newId } from '#platform/ids.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { composeMessage } from '#protocols/mime/index.ts';
import { mainRoad, type MainRoad } from './main-road.ts';
import type { TestOrganization } from './staff.ts';

type JsonObject = Record<string, unknown>;
export type Call = readonly [method: string, args: JsonObject, callId?: string];

/** One user with a mailbox, as a mail program sees it. */
export interface MailUser {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly email: string;
  /** The bearer token by which the test server knows the user. */
  readonly token: string;
  /** Answers the arguments of each response, in order; a failed call answers `{ type: … }` of its error. */
  call(...calls: Call[]): Promise<JsonObject[]>;
  /** The same for one call. */
  ask(method: string, args?: JsonObject): Promise<JsonObject>;
  folders(): Promise<Map<string, string>>;
  /** Puts a message into one of the folders, as if it had come in. */
  receive(message?: Incoming): Promise<MessageId>;
}

export interface Incoming {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly from?: string;
  readonly references?: string[];
  /** Of the header, with its domain. */
  readonly messageIdField?: string;
  readonly attachments?: { filename: string; contentType: string; content: Buffer }[];
  /** Instead of all of the above. */
  readonly raw?: Buffer;
  /** Default inbox. */
  readonly role?: FolderRole;
  /** Default now. */
  readonly at?: Date;
  /** Default by SMTP in the clear. */
  readonly arrival?: Arrival;
}

export interface MailStand extends MainRoad {
  readonly mailbox: MailboxModule;
  readonly blobs: BlobStore;
  readonly blobFolder: string;
  /** Of the HTTP server, which listens. */
  readonly url: string;
  /** `permissions`: what the token may do; default all that the user may. */
  newUser(
    organization: TestOrganization,
    name: string,
    permissions?: ReadonlySet<Permission>,
  ): Promise<MailUser>;
  /** Places what events say is to be placed, indexes, and sends. */
  settleMail(): Promise<void>;
}

const using = [
  'urn:ietf:params:jmap:core',
  'urn:ietf:params:jmap:mail',
  'urn:ietf:params:jmap:submission',
  'urn:carepost:mail',
];

/** The main road with mailboxes at its end, and an HTTP server before them. */
export async function mailStand(): Promise<MailStand> {
  const road = await mainRoad();
  const blobFolder = await mkdtemp(join(tmpdir(), 'carepost-mail-'));
  after(() => rm(blobFolder, { recursive: true, force: true }));
  const blobs = await openBlobStore(undefined, blobFolder);
  const principals = new Map<string, StaffPrincipal>();
  const origin = { value: '' };
  const mailbox = createMailboxModule({
    ...road,
    blobs,
    log: silentLogger,
    get publicUrl() {
      return origin.value;
    },
  });
  const http = await createHttpServer(
    mailbox.routes,
    {
      log: silentLogger,
      metrics: createMetrics(),
      idempotency: {
        begin: async () => undefined,
        finish: async () => {},
        forget: async () => {},
        sweep: async () => 0,
      },
      authenticate: async ({ bearer }) => principals.get(bearer ?? ''),
      authenticateRecipient: async () => undefined,
      authorize: async (principal, permission) =>
        principal.kind !== 'recipient' && principal.permissions.has(permission),
      isReady: async () => true,
    },
    { publicUrl: new URL('http://127.0.0.1'), version: '0' },
  );
  origin.value = await http.listen({ host: '127.0.0.1', port: 0 });
  after(async () => {
    for (const loop of mailbox.loops) await loop.stop();
    await http.close();
  });

  async function newUser(
    organization: TestOrganization,
    name: string,
    permissions?: ReadonlySet<Permission>,
  ): Promise<MailUser> {
    const { organizationId } = organization;
    const { userId, email } = await organization.addUser(name, 'clinician');
    const token = newId() as string;
    const user = await road.database.inTenant(organizationId, (tx) =>
      road.identity.getUser(tx, organizationId, userId),
    );
    if (user === null || user === undefined) throw new Error('There is no such user');
    principals.set(token, {
      kind: 'user',
      organizationId,
      id: token,
      userId,
      actor: { kind: 'user', userId, sessionId: token },
      permissions: permissions ?? permissionsOf(user),
    });

    const call: MailUser['call'] = async (...calls) => {
      const methodCalls = calls.map(([method, args, callId], at) => [method, args, callId ?? `c${at}`]);
      const response = await fetch(`${origin.value}/jmap/api`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ using, methodCalls }),
      });
      const body = (await response.json()) as { methodResponses?: [string, JsonObject, string][] };
      if (body.methodResponses === undefined)
        throw new Error(`The request was refused: ${JSON.stringify(body)}`);
      return body.methodResponses.map(([, args]) => args);
    };
    const ask: MailUser['ask'] = async (method, args = {}) => {
      const [answer] = await call([method, { accountId: userId, ...args }]);
      if (answer === undefined) throw new Error('A call was not answered');
      return answer;
    };

    return {
      organizationId,
      userId,
      email,
      token,
      call,
      ask,
      async folders() {
        const { list } = await ask('Mailbox/get');
        return new Map(
          (list as { id: string; role: string | null; name: string }[]).map((each) => [
            each.role ?? each.name,
            each.id,
          ]),
        );
      },
      async receive(message = {}) {
        const { role = 'inbox', at = road.clock.now() } = message;
        const arrival: Arrival = message.arrival ?? { how: 'smtp', tls: null };
        const messageId = newId<MessageId>();
        const raw = message.raw ?? (await compose(email, at, message, `${messageId}@outside.test`));
        const intake = await road.messages.fromRaw(organizationId, raw);
        await road.database.inTenant(organizationId, async (tx) => {
          await road.messages.store(tx, [
            { organizationId, messageId, intake, direction: 'inbound', category: 'clinical' },
          ]);
          await mailbox.place(tx, [{ organizationId, userId, messageId, role, receivedAt: at, arrival }]);
        });
        return messageId;
      },
    };
  }

  return {
    ...road,
    mailbox,
    blobs,
    blobFolder,
    get url() {
      return origin.value;
    },
    newUser,
    async settleMail() {
      await road.settle();
      for (const loop of road.messages.loops) await loop.runUntilIdle();
      await road.settle();
    },
  };
}

function compose(to: string, date: Date, message: Incoming, messageId: string): Promise<Buffer> {
  const {
    subject = 'A subject',
    from = 'patient@outside.test',
    text,
    html,
    references = [],
    attachments = [],
  } = message;
  return composeMessage({
    from: { name: 'A Patient', address: from },
    to: [{ address: to }],
    subject,
    text: text ?? 'A body.',
    ...(html !== undefined && { html }),
    attachments,
    references,
    messageId: message.messageIdField ?? messageId,
    date,
  });
}
