import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { MessageId, OrganizationId, UserId } from '#contract/ids.ts';
import type { MessageCategory } from '#contract/messages.ts';
import type { RecipientJourney } from '#contract/sending.ts';
import { createDeliveryModule, type DeliveryModule, type DeliveryOptions } from '#modules/delivery/index.ts';
import { categoriesOf, permissionsOf } from '#modules/identity/index.ts';
import { createMessagesModule, type MessagesModule } from '#modules/messages/index.ts';
import { createPickupModule, type PickupModule } from '#modules/pickup/index.ts';
import { createPolicyModule } from '#modules/policy/index.ts';
import { createPortalModule, type PortalModule, type PortalPorts } from '#modules/portal/index.ts';
import { createProtectionModule, type Keys, type ProtectionModule } from '#modules/protection/index.ts';
import {
  createSendingModule,
  type Recipient,
  type SendCommand,
  type SendingModule,
  type SendOptions,
} from '#modules/sending/index.ts';
import { openBlobStore } from '#platform/blobs/index.ts';
import { createResolver, parseDnsServers, type Resolver } from '#platform/dns/index.ts';
import { newId } from '#platform/ids.ts';
import type { Loop } from '#platform/lifecycle/loop.ts';
import { silentLogger } from '#platform/log/log.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { composeMessage } from '#protocols/mime/index.ts';
import { anyLabNetwork, createLab, type Lab } from '../../lab/index.ts';
import { freePorts } from './free-port.ts';
import { testKeys } from './keys.ts';
import { testStaff, type TestOrganization, type TestStaff } from './staff.ts';

export interface Letter {
  readonly organization: TestOrganization;
  readonly from: { readonly userId: UserId; readonly email: string };
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly category?: MessageCategory;
  readonly subject?: string;
  readonly text?: string;
  readonly options?: SendOptions;
  readonly messageId?: MessageId;
}

/** Everything from a command to the lab's inboxes, as in production but driven by hand. */
export interface MainRoad extends TestStaff {
  readonly lab: Lab;
  /** Where mail servers outside listen, on addresses of their own. */
  readonly mailPort: number;
  /** Asks the lab's DNS. */
  readonly dns: Resolver;
  readonly messages: MessagesModule;
  readonly keys: Keys;
  readonly protection: ProtectionModule;
  readonly pickup: PickupModule;
  readonly delivery: DeliveryModule;
  readonly sending: SendingModule;
  readonly portal: PortalModule;
  /** What was placed into mailboxes by the portal. */
  readonly placements: Parameters<PortalPorts['mailbox']['place']>[1][number][];
  /** The wiring of a delivery module, for a second process on the same database. */
  newDelivery(options?: Partial<DeliveryOptions>): DeliveryModule;
  command(letter: Letter): Promise<SendCommand>;
  send(letter: Letter): Promise<MessageId>;
  /** Runs what is due until nothing is. */
  settle(): Promise<void>;
  timeline(organizationId: OrganizationId, messageId: MessageId): Promise<RecipientJourney[]>;
  /** The journey of one recipient. */
  journey(organizationId: OrganizationId, messageId: MessageId, address: string): Promise<RecipientJourney>;
}

export async function mainRoad(options: Partial<DeliveryOptions> = {}): Promise<MainRoad> {
  const staff = await testStaff();
  const { database, keyring, clock, outbox, audit, organizations, identity, domains } = staff;
  const folder = await mkdtemp(join(tmpdir(), 'carepost-road-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const [port = 0] = await freePorts(1);
  const lab = await createLab({
    dataFolder: folder,
    clock,
    network: anyLabNetwork(),
    port,
    dnsPort: 0,
    policyPort: 0,
    slowMs: 30,
  });
  after(() => lab.stop());

  const messages = createMessagesModule({
    database,
    keyring,
    clock,
    outbox,
    audit,
    log: silentLogger,
    blobs: await openBlobStore(undefined, join(folder, 'blobs')),
    jobs: { define: () => undefined, schedule: () => undefined },
  });
  after(() => messages.close());
  const policy = createPolicyModule({ clock, organizations });
  const resolver = createResolver({ servers: parseDnsServers(lab.dnsServer), clock });
  const keys = testKeys(
    { database, keyring, clock, audit, outbox, identity, domains, messages, resolver },
    { port: lab.policyPort, trusted: [lab.caCertificate] },
  );
  const protection = createProtectionModule(
    { database, keyring, clock, log: silentLogger, audit, resolver, domains, identity, policy, keys },
    {
      localName: 'mail.clinic.test',
      outboundPort: port,
      policyPort: lab.policyPort,
      trusted: [lab.caCertificate],
    },
  );
  const pickup = createPickupModule({
    database,
    keyring,
    clock,
    log: silentLogger,
    outbox,
    audit,
    organizations,
    identity,
    messages,
    publicUrl: 'https://portal.test',
  });
  const newDelivery = (more: Partial<DeliveryOptions> = {}, subscribed = outbox): DeliveryModule =>
    createDeliveryModule({
      database,
      keyring,
      clock,
      log: silentLogger,
      metrics: createMetrics(),
      outbox: subscribed,
      audit,
      organizations,
      identity,
      messages,
      protection,
      keys,
      policy,
      pickup,
      domains,
      options: {
        hostname: 'mail.clinic.test',
        outboundPort: port,
        trusted: [lab.caCertificate],
        ...options,
        ...more,
      },
    });
  const delivery = newDelivery();
  const sending = createSendingModule({
    database,
    keyring,
    clock,
    log: silentLogger,
    outbox,
    audit,
    organizations,
    identity,
    domains,
    messages,
    policy,
    protection,
    pickup,
    delivery,
  });
  const placements: MainRoad['placements'] = [];
  const mailbox: PortalPorts['mailbox'] = {
    async place(_tx, placed) {
      placements.push(...placed);
    },
  };
  const portal = createPortalModule({
    database,
    keyring,
    clock,
    log: silentLogger,
    audit,
    organizations,
    identity,
    messages,
    pickup,
    delivery,
    mailbox,
  });
  const loops: Loop[] = [
    ...sending.loops,
    outbox.loop,
    ...messages.loops,
    ...delivery.loops,
    ...pickup.loops,
    ...portal.loops,
  ];
  after(async () => {
    for (const loop of loops) await loop.stop();
  });

  async function command({
    organization,
    from,
    to,
    cc = [],
    bcc = [],
    category = 'clinical',
    subject = 'A subject',
    text = 'A body.',
    options: asked = {},
    messageId = newId<MessageId>(),
  }: Letter): Promise<SendCommand> {
    const { organizationId } = organization;
    const user = await database.inTenant(organizationId, (tx) =>
      identity.getUser(tx, organizationId, from.userId),
    );
    if (user === null) throw new Error('There is no such user');
    const raw = await composeMessage({
      from: { name: user.displayName, address: from.email },
      to: to.map((address) => ({ address })),
      cc: cc.map((address) => ({ address })),
      subject,
      text,
      messageId: `${messageId}@${organization.domain}`,
      date: clock.now(),
    });
    const recipients: Recipient[] = [
      ...to.map((address) => ({ address, kind: 'to' as const })),
      ...cc.map((address) => ({ address, kind: 'cc' as const })),
      ...bcc.map((address) => ({ address, kind: 'bcc' as const })),
    ];
    return {
      organizationId,
      messageId,
      recipients,
      category,
      channel: 'api',
      envelopeFrom: from.email,
      options: asked,
      sender: {
        userId: user.userId,
        address: user.email,
        displayName: user.displayName,
        permissions: permissionsOf(user),
        categories: categoriesOf(user),
      },
      intake: await messages.fromRaw(organizationId, raw),
      actor: { kind: 'user', userId: user.userId },
    };
  }

  const timeline: MainRoad['timeline'] = (organizationId, messageId) =>
    database.inTenant(organizationId, (tx) => sending.timeline(tx, organizationId, messageId));

  return {
    ...staff,
    lab,
    mailPort: port,
    dns: resolver,
    messages,
    keys,
    protection,
    pickup,
    delivery,
    sending,
    portal,
    placements,
    command,
    timeline,
    // Its own outbox: subscribers are named once a process.
    newDelivery: (more) => newDelivery(more, { ...outbox, subscribe: () => undefined }),
    async send(letter) {
      return (await sending.sendMessage(await command(letter))).messageId;
    },
    async settle() {
      for (;;) {
        let done = 0;
        for (const loop of loops) done += await loop.runUntilIdle();
        if (done === 0) return;
      }
    },
    async journey(organizationId, messageId, address) {
      const found = (await timeline(organizationId, messageId)).find(
        (journey) => journey.address === address,
      );
      if (found === undefined) throw new Error('There is no such recipient');
      return found;
    },
  };
}
