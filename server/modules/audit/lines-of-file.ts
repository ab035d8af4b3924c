import { createReadStream } from 'node:fs';

/** Longer lines are not what we wrote. */
const longestLine = 16 * 1024 * 1024;

/**
 * The lines of a file, as bytes with their newline. The last one is without it when the file is cut, and
 * when a line is beyond 16 MiB: what follows is not read. Throws what reading throws.
 */
export async function* linesOfFile(path: string): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      yield Buffer.concat([...held, chunk.subarray(start, end + 1)]);
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
    held.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > longestLine) break;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
