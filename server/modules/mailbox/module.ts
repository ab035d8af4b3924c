import { dsnComposed } from '#modules/delivery/index.ts';
import { messageOpened } from '#modules/protection/index.ts';
import { received, type SmtpArrival } from '#modules/reception/index.ts';
import { deliveredLocally, submitted } from '#modules/sending/index.ts';
import type { Tx } from '#platform/database/database.ts';
import type { Route } from '#platform/http/route.ts';
import { createLoop, type Loop } from '#platform/lifecycle/loop.ts';
import { fileSent } from './finish-handover.ts';
import { placeMessages, type Placement } from './place-messages.ts';
import type { MailboxPorts } from './ports.ts';
import { deleteReadMarks } from './read-mark-store.ts';
import { replaceOpened } from './replace-opened.ts';
import { mailboxRoutes } from './routes.ts';
import { createStateHub } from './state-hub.ts';
import { expireUploads } from './store-upload.ts';

export interface MailboxModule {
  /** Puts stored messages into users' folders, in the caller's transaction. Placing twice is placing once. */
  place(tx: Tx, placements: readonly Placement[]): Promise<void>;
  readonly routes: Route[];
  readonly loops: Loop[];
}

const sweepEveryMs = 60_000;
const marksKeptMs = 2 * 3_600_000;

export function createMailboxModule(ports: MailboxPorts): MailboxModule {
  const { outbox, clock, database, log } = ports;
  const hub = createStateHub({ database, log });
  const place = async (tx: Tx, placements: readonly Placement[]) => {
    await placeMessages(tx, ports, placements);
    hub.nudge();
  };

  outbox.subscribe(
    submitted,
    'mailbox.file-sent',
    async (tx, { organizationId, occurredAt, data: { messageId, userId } }) => {
      const doer = { organizationId, actor: { kind: 'system', part: 'mailbox' } } as const;
      await fileSent(tx, ports, { account: { organizationId, userId }, messageId, sentAt: occurredAt, doer });
      hub.nudge();
    },
  );
  outbox.subscribeMany(deliveredLocally, 'mailbox.place-local', (tx, events) =>
    place(
      tx,
      events.map(({ organizationId, occurredAt, data: { messageId, recipientUserId } }) => ({
        organizationId,
        userId: recipientUserId,
        messageId,
        role: 'inbox',
        receivedAt: occurredAt,
        arrival: { how: 'internal' },
      })),
    ),
  );
  outbox.subscribeMany(received, 'mailbox.place-received', async (tx, events) => {
    // What is signed or encrypted as a whole is opened first; `messageOpened` tells when.
    const [wrapped = [], plain = []] = [true, false].map((is) =>
      events.filter(({ data }) => (data.arrival.wrapped === true) === is),
    );
    await ports.keys.openLater(
      tx,
      wrapped.map(({ organizationId, occurredAt, data }) => ({
        organizationId,
        messageId: data.messageId,
        recipientUserIds: data.recipientUserIds,
        arrival: data.arrival,
        receivedAt: occurredAt,
      })),
    );
    await place(
      tx,
      plain.flatMap(({ organizationId, occurredAt, data: { messageId, recipientUserIds, arrival } }) =>
        recipientUserIds.map((userId) => ({
          organizationId,
          userId,
          messageId,
          role: 'inbox' as const,
          receivedAt: occurredAt,
          arrival,
        })),
      ),
    );
  });
  outbox.subscribe(messageOpened, 'mailbox.place-opened', async (tx, { organizationId, data }) => {
    const { messageId, originalId, recipientUserIds, receivedAt, finding, again } = data;
    if (again === true && finding !== null) {
      await replaceOpened(tx, ports, {
        organizationId,
        userIds: recipientUserIds,
        originalId,
        messageId,
        finding,
      });
      hub.nudge();
      return;
    }
    // Given to `openLater` above: its shape is ours.
    const arrival = data.arrival as SmtpArrival;
    await place(
      tx,
      recipientUserIds.map((userId) => ({
        organizationId,
        userId,
        messageId,
        role: 'inbox',
        receivedAt: new Date(receivedAt),
        arrival: finding === null ? arrival : { ...arrival, opened: finding },
      })),
    );
  });
  outbox.subscribe(
    dsnComposed,
    'mailbox.place-report',
    (tx, { organizationId, occurredAt, data: { messageId, userId } }) =>
      place(tx, [
        {
          organizationId,
          userId,
          messageId,
          role: 'inbox',
          receivedAt: occurredAt,
          arrival: { how: 'system' },
        },
      ]),
  );

  async function sweep(): Promise<number> {
    const before = new Date(clock.now().getTime() - marksKeptMs);
    return (await expireUploads(ports)) + (await database.acrossTenants((tx) => deleteReadMarks(tx, before)));
  }

  return {
    place,
    routes: mailboxRoutes(ports, hub),
    loops: [hub.loop, createLoop({ name: 'mailbox.sweep', everyMs: sweepEveryMs, runOnce: sweep, log })],
  };
}
