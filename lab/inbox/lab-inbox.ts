import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabMessage } from './lab-message.ts';

/** Everything that the lab's mail servers received. */
export interface LabInbox {
  /** Oldest first. */
  list(): readonly LabMessage[];
  /** What came for one address, oldest first. Addresses are compared without case. */
  messagesFor(address: string): LabMessage[];
  /** Each address that received something, the latest first. */
  addresses(): { address: string; count: number; latestAt: Date }[];
  /** Forgets all, or what came for one address. */
  clear(address?: string): void;
  /** The first message for an address that fits; waits until it comes or the signal aborts. */
  waitFor(
    address: string,
    options?: { where?: (message: LabMessage) => boolean; signal?: AbortSignal },
  ): Promise<LabMessage>;
  /** Called by the mail servers. When it returns, a killed process keeps the message. */
  keep(message: Omit<LabMessage, 'id'>): LabMessage;
}

/** Opens the inbox kept in `folder` (`received.jsonl`, one message a line). */
export function openLabInbox(folder: string): LabInbox {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'received.jsonl');
  let messages = readMessages(path);
  const arrivals = new EventEmitter().setMaxListeners(0);

  const messagesFor = (address: string) => messages.filter((message) => isFor(message, address));
  return {
    list: () => messages,
    messagesFor,
    addresses() {
      const byAddress = Map.groupBy(messages.flatMap(recipients), ({ address }) => address);
      return [...byAddress]
        .map(([address, all]) => ({ address, count: all.length, latestAt: all.at(-1)?.at ?? new Date(0) }))
        .toSorted((one, other) => other.latestAt.getTime() - one.latestAt.getTime());
    },
    clear(address) {
      messages = address === undefined ? [] : messages.filter((message) => !isFor(message, address));
      writeFileSync(path, messages.map(toLine).join(''), { mode: 0o600 });
    },
    async waitFor(address, { where = () => true, signal } = {}) {
      const arrived = on(arrivals, 'message', { signal }); // listens before looking: nothing is missed between
      const here = messagesFor(address).find(where);
      if (here !== undefined) {
        await arrived.return?.();
        return here;
      }
      for await (const [message] of arrived as AsyncIterable<[LabMessage]>) {
        if (isFor(message, address) && where(message)) return message;
      }
      throw new Error('the lab stopped while a message was awaited');
    },
    keep(received) {
      const message = { id: randomUUID(), ...received };
      appendFileSync(path, toLine(message), { mode: 0o600 });
      messages.push(message);
      arrivals.emit('message', message);
      return message;
    },
  };
}

function isFor(message: LabMessage, address: string): boolean {
  return message.envelope.to.some((to) => to.toLowerCase() === address.toLowerCase());
}

function recipients(message: LabMessage): { address: string; at: Date }[] {
  return message.envelope.to.map((to) => ({ address: to.toLowerCase(), at: message.receivedAt }));
}

function toLine(message: LabMessage): string {
  return `${JSON.stringify({ ...message, raw: message.raw.toString('base64') })}\n`;
}

/** A last line cut short by a kill was never answered with 250, and is left out. */
function readMessages(path: string): LabMessage[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const kept: LabMessage & { raw: unknown } = JSON.parse(line);
    return { ...kept, receivedAt: new Date(kept.receivedAt), raw: Buffer.from(String(kept.raw), 'base64') };
  });
}
