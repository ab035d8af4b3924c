import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the lab's servers took: one entry for each accepted DATA. */
export interface Received {
  readonly to: readonly string[];
  readonly subject: string;
}

/** Reads it from the lab's own folder: thousands of messages are quicker so than by its pages. */
export async function readLabReceived(dataFolder: string): Promise<Received[]> {
  const text = await readFile(join(dataFolder, 'lab/received.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const { envelope, raw } = JSON.parse(line) as { envelope: { to: string[] }; raw: string };
      const head = Buffer.from(raw.slice(0, 16_000), 'base64').toString('latin1');
      return { to: envelope.to, subject: /^subject: *(.*?)\r?$/im.exec(head)?.[1] ?? '' };
    });
}
