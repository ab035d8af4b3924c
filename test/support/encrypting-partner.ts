import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { RunningCarepost } from './carepost.ts';
import { eventually } from './eventually.ts';

/** The newest message that the lab's servers took for an address, as it came. */
export function arrivedAtLab(carepost: RunningCarepost, address: string, count = 1): Promise<Buffer> {
  return eventually(`${count} at ${address}`, async () => {
    const file = await readFile(join(carepost.dataFolder, 'lab/received.jsonl'), 'utf8').catch(() => '');
    const all = file
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { envelope: { to: string[] }; raw: string })
      .filter(({ envelope }) => envelope.to.includes(address));
    const message = all[count - 1];
    return message === undefined ? undefined : Buffer.from(message.raw, 'base64');
  });
}

/** Hands a finished message over to our MX, as the server of an outside partner. */
export async function sendRaw(
  carepost: RunningCarepost,
  envelope: { from: string; to: string },
  raw: Buffer,
): Promise<void> {
  const [host, port] = carepost.ready.mx.split(':');
  const transport = nodemailer.createTransport({
    host,
    port: Number(port),
    secure: false,
    tls: { rejectUnauthorized: false },
  });
  await transport.sendMail({ envelope, raw });
  transport.close();
}
