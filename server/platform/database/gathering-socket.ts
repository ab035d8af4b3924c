import { Socket } from 'node:net';

type Chunk = { readonly chunk: Buffer; readonly encoding: BufferEncoding };

/** More than this is handed over piece by piece, octets: copying it would cost more than it saves. */
const largestCopy = 64 * 1024;

/**
 * A connection to PostgreSQL that sends what is written in one turn of the event loop with one call to the system,
 * as one piece: pg writes each statement as four messages.
 */
export class GatheringSocket extends Socket {
  #gathers = false;

  override connect(...given: unknown[]): this {
    Reflect.apply(super.connect, this, given);
    Reflect.deleteProperty(this, 'write'); // connecting puts Node's own in front of ours
    return this;
  }

  override write(...given: unknown[]): boolean {
    if (!this.#gathers) {
      this.#gathers = true;
      this.cork();
      process.nextTick(() => {
        this.#gathers = false;
        this.uncork();
      });
    }
    return Reflect.apply(super.write, this, given);
  }

  override _writev(chunks: readonly Chunk[], callback: (error?: Error | null) => void): void {
    const [first] = chunks;
    if (first === undefined) return callback();
    const bytes = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0);
    if (bytes > largestCopy && super._writev !== undefined) return super._writev([...chunks], callback);
    // pg writes bytes alone, so that the encoding is the same for all: none.
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), first.encoding, callback);
  }
}
