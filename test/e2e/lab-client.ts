import { createClient } from '#contract/client.ts';
import {
  moveClock,
  readInbox,
  sendFromOutside,
  settleAll,
  type LabMessageView,
} from '../../lab/http/endpoints.ts';
import { eventually } from '../support/eventually.ts';

/** A letter from a stranger. */
interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  /** Default: if offered. */
  readonly tls?: 'if-offered' | 'never';
}

/** The lab's own API: other people's inboxes, the clock, and what is due. */
export interface LabClient {
  /** What an address received, oldest first. */
  received(address: string): Promise<LabMessageView[]>;
  /** Waits for the newest message to an address that `wanted` takes. */
  awaits(address: string, wanted: (message: LabMessageView) => boolean): Promise<LabMessageView>;
  settle(): Promise<void>;
  /** Moves the product's clock forward, then runs what became due. */
  advance(seconds: number): Promise<void>;
  /** Throws when the product refuses it. */
  send(letter: Letter): Promise<void>;
}

export function openLab(origin: string): LabClient {
  const call = createClient(fetch, { origin });
  const received: LabClient['received'] = async (address) =>
    (await call(readInbox, { params: { address } })).messages;
  const settle = async () => void (await call(settleAll));
  return {
    received,
    awaits: (address, wanted) =>
      eventually(`the message came to ${address}`, async () => (await received(address)).findLast(wanted)),
    settle,
    async advance(seconds) {
      await call(moveClock, { body: { advanceSeconds: seconds } });
      await settle();
    },
    async send({ to, ...letter }) {
      const answer = await call(sendFromOutside, { body: { ...letter, to: [...to] } });
      if (!answer.ok) throw new Error(`The product refused the letter: ${answer.response}`);
      await settle();
    },
  };
}
