import type { AdjustableClock } from '#platform/clock/adjustable-clock.ts';
import { route, type Route } from '#platform/http/route.ts';
import { sendAsStranger, type ServerAddress } from '../clients.ts';
import { readMessage } from '../inbox/read-message.ts';
import type { LabPartners } from '../partners/lab-partners.ts';
import type { LabMessage } from '../inbox/lab-message.ts';
import type { LabInbox } from '../inbox/lab-inbox.ts';
import {
  clearInboxes,
  listInboxes,
  moveClock,
  readClock,
  readInbox,
  sendFromOutside,
  settleAll,
  type LabMessageView,
} from './endpoints.ts';

export interface LabRoutePorts {
  readonly inbox: LabInbox;
  readonly partners?: Pick<LabPartners, 'open'>;
  readonly clock: AdjustableClock;
  /** Runs everything that is due until nothing is; answers how much that was. */
  settle(): Promise<number>;
  /** Where the product takes mail from outside. */
  readonly mx: ServerAddress;
}

export function labRoutes({ inbox, partners, clock, settle, mx }: LabRoutePorts): Route[] {
  const now = () => ({ now: clock.now().toISOString() });
  return [
    route(listInboxes, async () => ({
      inboxes: inbox.addresses().map((one) => ({ ...one, latestAt: one.latestAt.toISOString() })),
    })),
    route(readInbox, async ({ params }) => ({
      messages: await Promise.all(
        inbox.messagesFor(params.address).map((message) => toView(message, partners)),
      ),
    })),
    route(clearInboxes, async ({ query }) => inbox.clear(query.address)),
    route(readClock, async () => now()),
    route(moveClock, async ({ body }) => {
      if ('set' in body) clock.set(new Date(body.set));
      else clock.advance(body.advanceSeconds * 1000);
      return now();
    }),
    route(settleAll, async () => ({ done: await settle() })),
    route(sendFromOutside, async ({ body: { tls, html, ...letter } }) => {
      const result = await sendAsStranger(mx, { ...letter, ...(html !== undefined && { html }) }, { tls });
      return result.ok
        ? { ...result, accepted: [...result.accepted], rejected: [...result.rejected] }
        : result;
    }),
  ];
}

async function toView(message: LabMessage, partners?: Pick<LabPartners, 'open'>): Promise<LabMessageView> {
  const { id, host, receivedAt, envelope, tls, raw } = message;
  const { links, codes, attachments, ...read } = await readMessage(message, partners);
  return {
    id,
    host,
    receivedAt: receivedAt.toISOString(),
    envelope,
    tls,
    ...read,
    links: [...links],
    codes: [...codes],
    attachments: [...attachments],
    raw: raw.toString('latin1'),
  };
}
