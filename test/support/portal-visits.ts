import PostalMime from 'postal-mime';
import { signIn } from '#contract/identity.ts';
import type { MessageId, OfferId } from '#contract/ids.ts';
import * as portal from '#contract/portal.ts';
import { getTimeline, sendMessage, type MessageDraft } from '#contract/sending.ts';
import { mainRoad, type MainRoad } from './main-road.ts';
import { staffApi, type ApiCaller } from './staff-api.ts';
import type { TestOrganization } from './staff.ts';

export interface Offered {
  readonly messageId: MessageId;
  /** Of the link in the notice. */
  readonly token: string;
}

/** Somebody who followed the link of a message and gave the right code. */
export interface Visit extends Offered {
  readonly caller: ApiCaller;
  readonly offerId: OfferId;
}

type Draft = Partial<Pick<MessageDraft, 'subject' | 'attachments'>>;

/** A clinic with one nurse, and the people outside to whom she writes: over HTTP, with the lab's inboxes. */
export interface PortalVisits {
  readonly road: MainRoad;
  readonly clinic: TestOrganization;
  readonly nurse: { readonly email: string; readonly userId: string };
  /** Each has an address of its own on the network: limits for one are not limits for all. */
  browser(): ApiCaller;
  /** A browser in which a member of staff is signed in. */
  staff(email: string): Promise<ApiCaller>;
  /** The text of the latest letter to an address, or of the latest that holds `part`. */
  letterTo(address: string, part?: string): Promise<string>;
  linkIn(text: string): string;
  /** Sends a message by way of the portal. */
  send(from: ApiCaller, to: string, draft?: Draft): Promise<MessageId>;
  /** The nurse sends one, and the notice arrives. */
  offerTo(address: string, draft?: Draft): Promise<Offered>;
  codeFor(caller: ApiCaller, token: string, address: string): Promise<string>;
  visit(address: string, draft?: Draft): Promise<Visit>;
  /** What the nurse sees on the timeline. */
  eventsOf(messageId: MessageId): Promise<string[]>;
}

export async function portalVisits(): Promise<PortalVisits> {
  const road = await mainRoad();
  const api = await staffApi(road, {
    routes: [...road.sending.routes, ...road.portal.routes],
    authenticateRecipient: (credentials) => road.portal.authenticate(credentials),
  });
  const clinic = await road.newOrganizationWithStaff();
  const nurse = await clinic.addUser('nurse', 'clinician');
  let browsers = 0;

  const visits: PortalVisits = {
    road,
    clinic,
    nurse,
    browser() {
      browsers += 1;
      return api.caller({ ip: `198.51.100.${browsers}` });
    },
    async staff(email) {
      const caller = visits.browser();
      await caller.call(signIn, { body: { email, password: road.password } });
      return caller;
    },
    async letterTo(address, part = '') {
      const letters = road.lab.inbox.messagesFor(address);
      const texts = await Promise.all(
        letters.map(async ({ raw }) => (await PostalMime.parse(raw)).text ?? ''),
      );
      return texts.findLast((text) => text.includes(part)) ?? '';
    },
    linkIn: (text) => /https:\/\/portal\.test\/p\/([\w-]+)/.exec(text)?.[1] ?? '',
    async send(from, to, draft = {}) {
      const body = {
        to: [to],
        subject: 'Your result',
        text: 'All is well.',
        category: 'clinical' as const,
        options: { protection: 'portal' as const },
        ...draft,
      };
      return (await from.call(sendMessage, { body })).messageId as MessageId;
    },
    async offerTo(address, draft) {
      const messageId = await visits.send(await visits.staff(nurse.email), address, draft);
      await road.settle();
      return { messageId, token: visits.linkIn(await visits.letterTo(address)) };
    },
    async codeFor(caller, token, address) {
      await caller.call(portal.requestCode, { params: { token } });
      await road.settle();
      return /^\d{6}$/m.exec(await visits.letterTo(address))?.[0] ?? '';
    },
    async visit(address, draft) {
      const offered = await visits.offerTo(address, draft);
      const caller = visits.browser();
      const code = await visits.codeFor(caller, offered.token, address);
      const session = await caller.call(portal.openPortalSession, {
        params: { token: offered.token },
        body: { code },
      });
      return { ...offered, caller, offerId: session.offerId as OfferId };
    },
    async eventsOf(messageId) {
      const timeline = await (await visits.staff(nurse.email)).call(getTimeline, { params: { messageId } });
      return timeline.recipients.flatMap(({ events }) => events.map(({ what }) => what));
    },
  };
  return visits;
}
